# %% [markdown]
# # Tensors
#
# PyTorch computes with tensors: grids of numbers. After this chapter you will be able to
#
# - read a tensor's shape, type and place, and predict those of a result;
# - pick parts of it by position or by condition, and summarise it along one direction;
# - predict how tensors of different shapes combine, and catch the case in which PyTorch
#   silently computes something else than you meant;
# - tell which tensors share their memory, and copy where they must not;
# - tell digits apart with a few tensor operations, and say what `requires_grad=True` changes.
#
# **You need** Python and school algebra, nothing of PyTorch. **It takes** about 40 minutes,
# exercises apart.
#
# A *Predict* box asks what the next lines will print; decide before you read on. A comment such
# as `# (N, 8, 8)` after an assignment gives the shape of the new tensor (the first section says
# what a shape is), and a test checks it. Three letters stand for numbers: N images in all, S of
# them *seen* by the classifier at the end, and U *unseen*.

# %%
import torch
from torch.testing import assert_close

from ptfund.data import load_digits
from ptfund.display import raises, show
from ptfund.plotting import plot_broadcast, plot_images, plot_pixels

# %% [markdown]
# ## An image becomes a tensor
#
# [`load_digits`][ptfund.data.load_digits] returns small scans of handwritten digits, and for
# each scan its *label*: the digit that it shows. Here is the first one.

# %%
digits = load_digits()
images = digits.images  # (N, 8, 8)
labels = digits.labels  # (N,)

image = images[0]  # (8, 8)
print(image)
print(labels[0])

# %% [markdown]
# A *tensor* is a grid of numbers, all of one type. This one has 8 rows of 8 numbers, one for
# each little square of the scan, a *pixel*. The number is the amount of ink, from 0 to 16.
# `tensor(0)` is a tensor too: a single number, here the label.
#
# Drawn, the numbers become a picture:

# %%
show(
    plot_pixels(image),
    alt="The first image as a grid of grey squares with their values, from "
    f"{image.min()} on white to {image.max()} on black: dark squares form a ring "
    "around an empty middle, a zero.",
)

# %% [markdown]
# How far the grid reaches in each direction is its *shape*:

# %%
print(image.shape, image.ndim, image.numel())
print(images.shape, images.ndim, images.numel())
print(labels[0].shape, labels[0].ndim, labels[0].numel())

# %% [markdown]
# Each direction is a *dimension*, numbered from 0: in `image`, 0 goes down the rows and 1 along
# the columns. `ndim` counts the dimensions, `numel` the elements. `images` has one more in
# front: which of the `{python} f"{len(images):,}"` images. A single number has no dimension, and
# the shape `()`.

# %% [markdown]
# ## Making tensors
#
# Tensors are made from Python lists, or filled by a rule.
#
# !!! question "Predict"
#     All numbers of a tensor have one type. What becomes of `[1, 2.5, 3]`?

# %% tags=["cheat-sheet"]
print(torch.tensor([[1, 2, 3], [4, 5, 6]]))
print(torch.tensor([1, 2.5, 3]))
print(torch.zeros(2, 3))
print(torch.full((2, 3), 7))
print(torch.arange(6))
print(torch.linspace(0, 1, 5))

# %% [markdown]
# ??? success "Answer"
#     All three become numbers with decimals, because only that type can hold them all. PyTorch
#     prints such numbers with a dot, even where nothing follows it, as in the third tensor.
#
# `arange` stops before its end, as Python's `range` does; `linspace` includes it. And every row
# must be as long as the others:

# %%
with raises(ValueError, cause="rows of different length"):
    torch.tensor([[1, 2], [3]])

# %% [markdown]
# In words: along dimension 1 each row must have 2 elements, as the first one has, but one has 1.
# (`with raises` expects the error and prints it: every error in this book is a real one. The
# [index of errors](../errors.md) lists them all, each with its cause.)
#
# Random numbers come from a *generator*, whose *seed* fixes all that it will draw.
#
# !!! question "Predict"
#     Which of the three tensors below are equal?

# %%
generator = torch.Generator().manual_seed(0)
first = torch.rand(3, generator=generator)  # (3,)
second = torch.rand(3, generator=generator)  # (3,)
again = torch.rand(3, generator=torch.Generator().manual_seed(0))  # (3,)
print(first, second, again, sep="\n")

assert_close(first, again, rtol=0, atol=0)

# %% [markdown]
# ??? success "Answer"
#     `first` and `again`: the first draw after the same seed. `second` is the next draw of a
#     generator that has moved on.
#
# `assert_close` says nothing when two tensors have the same shape, the same type, and values
# that agree up to rounding; otherwise it stops the program. With `rtol=0, atol=0` it allows no
# rounding either. This book makes a claim only together with such a check.

# %% [markdown]
# ## Type and place
#
# Beside its shape, every tensor has a *dtype*, the type of its numbers, and a *device*, the
# place where they are kept.

# %%
for tensor in (images, labels, torch.linspace(0, 1, 5), torch.tensor([True])):
    print(tensor.dtype, tensor.element_size(), tensor.device)

limits = torch.iinfo(torch.uint8)
print("uint8 goes from", limits.min, "to", limits.max)

# %% [markdown]
# | dtype | holds | bytes each | typical use |
# |---|---|---|---|
# | `torch.bool` | true or false | 1 | which elements to pick |
# | `torch.uint8` | whole numbers, 0 to 255 | 1 | images in files |
# | `torch.int64` | whole numbers | 8 | labels, positions |
# | `torch.float32` | numbers with decimals | 4 | nearly all computing |
#
# All four are in main memory, `cpu`. An *accelerator*, such as a graphics card, has its own.
# `.to(device)` copies a tensor there, `.cpu()` back; what is already there is returned as it
# is.

# %%
cpu = torch.device("cpu")
device = torch.accelerator.current_accelerator(check_available=True) or cpu
moved = images.to(device)  # (N, 8, 8)
back = moved.cpu()  # (N, 8, 8)

assert moved.device.type == device.type
assert images.to(cpu) is images
assert_close(back, images, rtol=0, atol=0)
print("There and back, and nothing has changed.")

# %% [markdown]
# `current_accelerator` returns `None` on a machine that has none, so the same lines run on
# every machine. In this book all else is computed on the CPU.
#
# Tensors in different places cannot be combined. To see that without an accelerator, we use the
# device `meta`, which every machine has: it keeps shapes and no numbers.

# %%
elsewhere = torch.ones(3, device="meta")  # (3,)
with raises(RuntimeError, cause="tensors on different devices"):
    torch.ones(3) + elsewhere

# %% [markdown]
# The sum was to happen on the CPU, where the first tensor is, and the second one is not there.
# PyTorch never moves a tensor unasked: that would be slow, and you would not know.
#
# ??? note "Aside: `set_default_device`"
#     `torch.set_default_device("cuda")` makes later calls such as `torch.zeros(3)` create their
#     tensor on that device. A line then no longer says where its tensor lives, and the same
#     function gives different results in two programs. We pass `device=` or call `.to`.

# %% [markdown]
# ## When types meet
#
# !!! question "Predict"
#     A pixel of dtype `uint8` holds 250. Add 10: is the result 260, or 255, the largest
#     `uint8`, or an error, or something else?

# %%
bright = torch.tensor([250], dtype=torch.uint8)  # (1,)
print(bright + 10)
print(bright + 10.0)

assert (250 + 10) % 256 == 4

# %% [markdown]
# ??? success "Answer"
#     4, without any warning. The Python number 10 is whole, as `uint8` is, so the result stays
#     a `uint8`; and after 255 that type starts again at 0, so that 260 becomes 260 − 256. The
#     Python number 10.0 has decimals, so there the result is a `float32`, which has room.
#
# With images this happens quickly, for instance in the difference of two rows:

# %%
print(images[0, 2])
print(images[1, 2])
print(images[0, 2] - images[1, 2])
print(images[0, 2].float() - images[1, 2].float())

# %% [markdown]
# Where the second row holds more ink, the first difference wraps around to a large number.
# `.float()` returns the numbers as `float32`, which can be negative.
#
# When two tensors meet, decimals win over whole numbers, and whole numbers over `bool`. Of two
# dtypes of one kind, the result takes one with room for both. This is *promotion*. A tensor of
# shape `()` counts like a Python number: `uint8` and a whole one stay `uint8`.

# %%
one_byte, whole = torch.tensor([1], dtype=torch.uint8), torch.tensor([1])
decimal, truth = torch.tensor([1.0]), torch.tensor([True])
print("uint8 + int64   ", (one_byte + whole).dtype)
print("int64 + float32 ", (whole + decimal).dtype)
print("uint8 + bool    ", (one_byte + truth).dtype)
print("int64 / int64   ", (whole / whole).dtype)
print("sum of uint8    ", images.sum().dtype)

assert (one_byte + torch.tensor(10)).dtype == torch.uint8

# %% [markdown]
# `/` gives decimals, and `sum` counts whole numbers in `int64`: neither wraps at 255. A mean of
# whole numbers would need decimals, and PyTorch refuses to choose them for you:

# %%
with raises(RuntimeError, cause="a mean of whole numbers"):
    images.mean()

# %% [markdown]
# The message asks for a floating-point dtype, that is, one with decimals, and says that it got
# `Byte`, another name of `uint8`. So we convert once, and go on with `pixels`.

# %%
pixels = images.float()  # (N, 8, 8)
print(pixels.dtype, pixels.mean())

assert_close(pixels.mean(), images.sum() / images.numel())

# %% [markdown]
# ## Picking by position
#
# Square brackets take one entry for each dimension; dimensions that are left out are kept
# whole. A number picks one place, and its dimension disappears. A slice or a list keeps the
# dimension. `None` inserts a new dimension of size 1.
#
# !!! question "Predict"
#     Which shapes do these six lines print? `images` has the shape (N, 8, 8).

# %%
print(images[5].shape)
print(images[:5].shape)
print(images[:, 0].shape)
print(images[:, 0:1].shape)
print(images[[7, 1, 1], :, 3].shape)
print(image[:, None].shape)

# %% [markdown]
# ??? success "Answer"
#     `images[5]` is one image. `images[:5]` is five. `images[:, 0]` is the top row of every
#     image, and `0:1` is the same row with its dimension kept, of size 1. The list takes images
#     7, 1 and 1 again, and of each the column 3: 3 × 8. `None` turned the 8 × 8 image into 8 ×
#     1 × 8.
#
# To get one number out as an ordinary Python number, use `.item()`:

# %%
print(image[2, 3], image[2, 3].item())

with raises(IndexError, cause="a position past the end"):
    image[8]

# %% [markdown]
# Eight rows are numbered 0 to 7. Negative positions count from the end: `image[-1]` is the last
# row.
#
# ## Picking by condition
#
# A comparison works element by element and gives a tensor of `bool`, a *mask*. Between the
# brackets a mask picks the elements where it is true.
#
# !!! question "Predict"
#     The last line prints `image[image > 12]`. Can its shape be 8 × 8?

# %%
is_three = labels == 3  # (N,)
threes = images[is_three]
print(labels[:8])
print(is_three[:8])
print(threes.shape)
print(image[image > 12])

assert len(threes) == is_three.sum() == labels.tolist().count(3)

# %% [markdown]
# ??? success "Answer"
#     No. The elements that are true need not form a grid, so they come in one row, in the order
#     of reading. The mask `is_three` has one dimension, and picks whole images.
#
# True counts as 1, so the sum of a mask says how often it is true: `{python} len(threes)` images
# show a three.
#
# Masks combine with `&` (and), `|` (or) and `~` (not), each comparison in parentheses. Python's
# own `and` does not work:

# %%
three_or_eight = (labels == 3) | (labels == 8)  # (N,)
print(three_or_eight.sum())

with raises(RuntimeError, cause="`and` between masks, which needs `&`"):
    (labels == 3) and (labels == 8)

# %% [markdown]
# `and` must know whether the whole left side is true, and a mask has N answers, not one.
#
# A mask also says where to write. Here all weak ink is removed, first by assignment to a copy;
# then with `torch.where`, which takes its second entry where the mask is true, else its third.

# %%
strong = image.clone()  # (8, 8)
strong[strong < 8] = 0
print(strong)

assert_close(torch.where(image < 8, 0, image), strong)

# %% [markdown]
# ## Summing along a dimension
#
# How much ink does each column of the image hold? By hand, add the rows; PyTorch calls it the
# sum along dimension 0.

# %%
by_hand = torch.zeros(8)  # (8,)
for row in pixels[0]:
    by_hand = by_hand + row

column_sums = pixels[0].sum(dim=0)  # (8,)
print(column_sums)
assert_close(column_sums, by_hand)

# %% [markdown]
# Adding rows left no rows: **`dim` names the dimension that disappears.** The same holds for
# `mean`, `min`, `argmax` (the position of the largest) and their kin. Several dimensions can go
# at once; with `keepdim=True` each stays, with size 1.
#
# !!! question "Predict"
#     Which shapes do these four lines print?

# %% tags=["cheat-sheet"]
print(pixels.mean(dim=0).shape)
print(pixels.mean(dim=(1, 2)).shape)
print(pixels.mean(dim=(1, 2), keepdim=True).shape)
print(pixels.mean().shape)

# %% [markdown]
# ??? success "Answer"
#     Without dimension 0 an 8 × 8 mean image is left. Without 1 and 2, one number an image:
#     (N,). The same with `keepdim=True`: (N, 1, 1). Without any: `()`, one number.
#
# A mask and a mean give the mean image of each digit. `torch.stack` puts the ten tensors into
# one, along a new dimension 0.

# %%
groups = [pixels[labels == digit] for digit in range(10)]
counts = [len(group) for group in groups]
mean_images = torch.stack([group.mean(dim=0) for group in groups])  # (10, 8, 8)
print("Images of each digit:", counts)
show(
    plot_images(mean_images, [f"mean {digit}" for digit in range(10)]),
    alt="Ten blurred images, each the mean of all images of one digit, from 0 to 9, "
    "and still readable as that digit. Each comes from "
    f"{min(counts)} to {max(counts)} images; "
    f"the darkest pixel has the mean {mean_images.max():.1f} of 16.",
)

# %% [markdown]
# ## Shapes that differ: broadcasting
#
# To subtract from every image its own mean, shapes (N, 8, 8) and (N, 1, 1) must meet. The rule
# for that is *broadcasting*:
#
# 1. Write the shapes under each other, aligned at the right; missing sizes count as 1.
# 2. In each place the sizes must be equal, or one of them must be 1.
# 3. A size of 1 is stretched: its one element is read again and again.
#
# As a program:


# %%
def broadcast_shape(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of the result, by the rule above."""
    length = max(len(a), len(b))
    a = (1,) * (length - len(a)) + a
    b = (1,) * (length - len(b)) + b
    result: tuple[int, ...] = ()
    for left, right in zip(a, b, strict=True):
        if left != right and 1 not in (left, right):
            raise ValueError(f"{left} and {right} are neither equal nor 1")
        result += (right if left == 1 else left,)
    return result


# %% [markdown]
# !!! question "Predict"
#     What shape comes of (3, 1) and (4,)? Of (5, 8, 8) and (8, 8)? Of (5, 8, 8) and (5, 1, 1)?
#     Of (3, 1) and (3,)?

# %%
pairs = [
    ((3, 1), (4,)),
    ((5, 8, 8), (8, 8)),
    ((5, 8, 8), (5, 1, 1)),
    ((3, 1), (3,)),
]
for a, b in pairs:
    assert broadcast_shape(a, b) == torch.broadcast_shapes(a, b)
    assert broadcast_shape(a, b) == (torch.zeros(a) + torch.zeros(b)).shape
    print(a, "and", b, "give", broadcast_shape(a, b))

# %% [markdown]
# ??? success "Answer"
#     In each place the size that is not 1: (3, 4), (5, 8, 8), (5, 8, 8) and (3, 3). In the last
#     pair (3,) counts as (1, 3), so both are stretched.
#
# The first pair in numbers:

# %% tags=["cheat-sheet"]
column = torch.tensor([[10], [20], [30]])  # (3, 1)
row = torch.tensor([1, 2, 3, 4])  # (4,)
total = column + row  # (3, 4)
print(total)

# %% [markdown]
# And as a diagram. The coloured elements exist; the dashed ones are the same elements, read
# again, and take no memory.

# %%
show(
    plot_broadcast((3, 1), (4,)),
    alt="Three grids of 3 rows and 4 columns. In the first, the column 10, 20, 30 is "
    "real, and repeated in dashes to the right. In the second, the row 1, 2, 3, 4 is "
    "real, and repeated in dashes downwards. The third is their sum, from "
    f"{total.min()} to {total.max()}.",
)

# %% [markdown]
# Now each image minus its own mean. Without `keepdim=True` the rule finds no fit:

# %%
centred = pixels - pixels.mean(dim=(1, 2), keepdim=True)  # (N, 8, 8)
assert_close(centred[5], pixels[5] - pixels[5].mean())

with raises(RuntimeError, cause="dimensions that do not line up"):
    pixels - pixels.mean(dim=(1, 2))

# %% [markdown]
# (N, 8, 8) and (N,), aligned at the right, put 8 above N in dimension 2, as the message says.
# "Non-singleton" means that neither size is 1.
#
# ## The accident
#
# An error is the lucky case. Suppose that predictions, $\hat{y}$ ("y hat"), come as a column,
# (3, 1), and the true values, the *targets* $y$, as (3,). We judge them by the *mean squared
# error*:
#
# $$\frac{1}{n} \sum_{i=1}^{n} \left( \hat{y}_i - y_i \right)^2$$
#
# !!! question "Predict"
#     All three predictions are right. Which mean squared error is printed?

# %%
predictions = torch.tensor([[1.0], [2.0], [3.0]])  # (3, 1)
targets = torch.tensor([1.0, 2.0, 3.0])  # (3,)
print(predictions - targets)
print((predictions - targets).square().mean())

# %% [markdown]
# ??? success "Answer"
#     Not 0. (3, 1) − (3,) is the last pair in the section above: the differences between
#     **every** prediction and **every** target. Only the diagonal compares what belongs
#     together.
#
# With $n$ values there are $n^2$ differences, and nothing tells you. The cure is to give both the
# same shape:

# %%
all_pairs = labels.float()[:, None] - labels.float()  # (N, N)
print(all_pairs.shape)

assert_close((predictions[:, 0] - targets).square().mean(), torch.tensor(0.0))
assert_close((predictions - targets[:, None]).square().mean(), torch.tensor(0.0))

# %% [markdown]
# The labels gave `{python} f"{all_pairs.numel():,}"` differences instead of
# `{python} f"{len(labels):,}"`.
#
# Checks can fall into the same trap. `torch.allclose` broadcasts first and compares then;
# `assert_close` compares the shapes, too.

# %%
print(torch.allclose(torch.ones(4, 1), torch.ones(4)))

with raises(AssertionError, cause="a column compared with a row"):
    assert_close(torch.ones(4, 1), torch.ones(4))

# %% [markdown]
# ## Who owns the memory
#
# A tensor consists of numbers, one after the other in memory (its *storage*), and of a
# description of how to read them: the shape, and where to find each element.
#
# !!! question "Predict"
#     `corner` is cut out of `picture`, and then written to. Does `picture` change?

# %%
picture = image.clone()  # (8, 8)
corner = picture[:2, :2]  # (2, 2)
corner[0, 0] = 99
print(picture[0])

# %% [markdown]
# ??? success "Answer"
#     Yes. `corner` is a *view*: a new description of the same storage. `clone` had made a copy
#     with a storage of its own, so `image` did not change.
#
# Two tensors share memory if their storages begin at the same address:


# %%
def share_memory(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Return whether two tensors are read from the same storage."""
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()


assert not share_memory(picture, image)
print("slice        ", share_memory(picture, picture[2:4]))
print("transposed   ", share_memory(picture, picture.T))
print("list         ", share_memory(picture, picture[[2, 3]]))
print("mask         ", share_memory(picture, picture[picture > 0]))
print("plus nothing ", share_memory(picture, picture + 0))

# %% [markdown]
# Numbers and slices give views, and so does `.T`, which swaps rows and columns. Lists and masks
# copy what they pick; arithmetic makes new tensors.
#
# How can `.T` need no copy? Only the description differs. The *stride* of a dimension says how
# many places in memory to go for the next element along it. Element [2, 3] of `picture` lies 2
# × 8 + 3 × 1 places after the first:

# %%
print(picture.stride(), picture.T.stride())

in_memory = picture.view(64)  # (64,)
assert in_memory[2 * 8 + 3 * 1] == picture[2, 3]
assert in_memory[3 * 1 + 2 * 8] == picture.T[3, 2]

# %% [markdown]
# `view` reads the same memory in another shape. That works where the elements follow each other
# in memory, which is called *contiguous*. Those of the transposed image do not:

# %%
with raises(RuntimeError, cause="a view of elements out of order"):
    picture.T.view(64)

print("reshaped             ", share_memory(picture, picture.reshape(64)))
print("transposed, reshaped ", share_memory(picture, picture.T.reshape(64)))
assert_close(picture.T.reshape(64), picture.T.contiguous().view(64))

# %% [markdown]
# No stride steps through the transposed image in one row, says the message. `contiguous()`
# copies it into order. `reshape` gives a view where one is possible, and a copy otherwise:
# convenient, as long as you do not write to its result.
#
# The strides of these and three more views:

# %%
column = picture[:, 0:1]  # (8, 1)
views = [picture, picture.T, picture[:, 0], picture[::2], column.expand(8, 8)]
print([view.stride() for view in views])

assert all(share_memory(view, picture) for view in views)
assert views[4][5, 0].data_ptr() == views[4][5, 7].data_ptr()

# %% [markdown]
# ??? note "Aside: a map of strides"
#     | tensor | shape | stride | one column further lies |
#     |---|---|---|---|
#     | `picture` | (8, 8) | (8, 1) | 1 place further |
#     | `picture.T` | (8, 8) | (1, 8) | 8 places further |
#     | `picture[:, 0]` | (8,) | (8,) | – |
#     | `picture[::2]` | (4, 8) | (16, 1) | 1 place further |
#     | `picture[:, 0:1].expand(8, 8)` | (8, 8) | (8, 0) | at the same place |
#
#     A stride of 0 reads one element again and again: that is how broadcasting stretches
#     without memory, and `expand` does it by name.

# %% [markdown]
# ## Changing in place
#
# Methods whose name ends in `_` change a tensor *in place*, as `+=` does; they write to its
# storage.
#
# !!! question "Predict"
#     `a` and `b` are two names of one tensor. What does `b` hold at the end?

# %%
a = torch.zeros(3)  # (3,)
b = a
a += 1
a.mul_(5)
a = a + 1
print(a, b)

# %% [markdown]
# ??? success "Answer"
#     Fives. `+=` and `mul_` changed the tensor that both names mean. `a = a + 1` made a new
#     tensor and gave it the name `a`; `b` still means the old one.
#
# A storage keeps its dtype, so what is written must fit:

# %%
with raises(RuntimeError, cause="decimals written into whole numbers in place"):
    picture += 0.5

# %% [markdown]
# `uint8 + 0.5` is a `float32`, which PyTorch does not put ("cast") back into bytes.
#
# NumPy is an older Python library for grids of numbers, which it calls *arrays*. Arrays can
# share their memory with tensors on the CPU.
#
# !!! question "Predict"
#     Which of the two tensors sees the 99: `shared`, `copied`, or both?

# %%
array = image.clone().numpy()
shared, copied = torch.from_numpy(array), torch.tensor(array)
array[0, 0] = 99
print(shared[0, 0], copied[0, 0])

# %% [markdown]
# ??? success "Answer"
#     Only `shared`. `from_numpy` and `.numpy()` share memory; `torch.tensor` copies, always.
#
# ## Matrix products
#
# The *dot product* of two rows of numbers multiplies them element by element and adds up. The
# *matrix product* `a @ b` holds the dot products of all rows of `a` with all columns of `b`: in
# row $i$ and column $k$ stands $\sum_j a_{ij} b_{jk}$.

# %%
a = torch.arange(6.0).reshape(2, 3)  # (2, 3)
b = torch.arange(12.0).reshape(3, 4)  # (3, 4)
by_hand = torch.zeros(2, 4)  # (2, 4)
for i in range(2):
    for k in range(4):
        by_hand[i, k] = (a[i] * b[:, k]).sum()

print(a @ b)
assert_close(a @ b, by_hand)

# %% [markdown]
# (2, 3) @ (3, 4) gives (2, 4): the inner sizes must agree, and disappear. `a * b`, in contrast,
# multiplies element by element and broadcasts.
#
# !!! question "Predict"
#     `a[:, :, None]` has the shape (2, 3, 1). What shape has its product `*` with `b`, and
#     along which dimension must it be summed to give `a @ b`?

# %%
products = a[:, :, None] * b
print(products.shape)
assert_close(products.sum(dim=1), a @ b)

with raises(RuntimeError, cause="a matrix product of sizes that differ"):
    a @ a

# %% [markdown]
# ??? success "Answer"
#     (2, 3, 1) and (3, 4) give (2, 3, 4). The 3 is what row and column share, so the sum goes
#     along dimension 1. `@` gives the same without storing the products in between.
#
# The message calls both sides matrices, and has their shapes at its end: 3 and 2 differ. With
# `a.T` it would fit. Tensors of more dimensions are stacks of matrices, and `@` multiplies each
# of them:

# %%
stack = pixels[:5] @ pixels[0]  # (5, 8, 8)

assert_close(stack[3], pixels[3] @ pixels[0])
assert (a @ a.T).shape == (2, 2)

# %% [markdown]
# Two more ways to write products and picks, in case you meet them:

# %%
assert_close(torch.einsum("ij,jk->ik", a, b), a @ b)

picked = a.gather(1, torch.tensor([[2], [0]]))  # (2, 1)
print(picked)
assert_close(picked[:, 0], torch.stack([a[0, 2], a[1, 0]]))

# %% [markdown]
# ??? note "Aside: `einsum`"
#     `torch.einsum("ij,jk->ik", a, b)` names each dimension: `a` has i and j, `b` has j and k.
#     What is missing after the arrow is summed. It says in one line what otherwise takes
#     `None`, `*` and `sum`, for any number of dimensions.
#
# ??? note "Aside: `gather`"
#     `a.gather(1, index)` picks along dimension 1 with another position for every row. For
#     `index` = `[[2], [0]]` it takes element 2 of row 0 and element 0 of row 1. It will pick,
#     from ten scores for each image, the score of the right digit.

# %% [markdown]
# ## A first classifier
#
# Ten mean images make a first classifier: give an image the name of the nearest mean. To judge
# that honestly, we must test it on images that did not go into the means. So we shuffle the
# positions, make the means from about three fifths of the images, and keep the rest unseen.

# %%
generator = torch.Generator().manual_seed(0)
order = torch.randperm(len(images), generator=generator)  # (N,)
seen = order[:1077]  # (S,)
unseen = order[1077:]  # (U,)

flat = pixels.view(-1, 64)  # (N, 64)
groups = [flat[seen][labels[seen] == digit] for digit in range(10)]
means = torch.stack([group.mean(dim=0) for group in groups])  # (10, 64)
print(len(seen), "seen,", len(unseen), "unseen")

# %% [markdown]
# `randperm` gives the positions 0 to N − 1 in random order. In `view`, −1 means "whatever
# fits": each image becomes one row of 64 numbers.
#
# The distance of two rows $a$ and $b$ is $\lvert a - b \rvert = \sqrt{\sum_j (a_j - b_j)^2}$. The
# nearest stays nearest without the root, so we leave it out. By hand, with a loop:

# %%
by_hand = torch.zeros(len(seen), 10)  # (S, 10)
steps = 0
for i, row in enumerate(flat[seen]):
    for k, mean in enumerate(means):
        by_hand[i, k] = (row - mean).square().sum()
        steps += 1

# %% [markdown]
# !!! question "Predict"
#     Broadcasting does all of that at once. With which shapes must `flat[seen]`, (S, 64), and
#     `means`, (10, 64), meet, so that every image is paired with every mean?

# %%
differences = flat[seen][:, None] - means  # (S, 10, 64)
distances = differences.square().sum(dim=2)  # (S, 10)

assert_close(distances, by_hand)
print(f"{steps:,} passes through a Python loop, against 1 expression")
print(f"{differences.numel():,} numbers in memory, against {row.numel()} at a time")

# %% [markdown]
# ??? success "Answer"
#     (S, 1, 64) and (10, 64), which counts as (1, 10, 64). Both are stretched to (S, 10, 64).
#
# The same sums are computed, but the loop now runs inside PyTorch instead of in Python. The
# price is memory: all differences exist at once, in
# `{python} f"{differences.nbytes / 1e6:.1f}"` million bytes instead of
# `{python} (row - mean).nbytes`. (The last exercise avoids that.)
#
# `argmin` finds the nearest. We compare it with a *baseline*, a rule that needs no pixels:
# always say the digit that was most common among the seen. `bincount` counts each label.


# %%
def nearest_mean(rows: torch.Tensor) -> torch.Tensor:
    """Return the digit whose mean is nearest to each row of 64 pixels."""
    return (rows[:, None] - means).square().sum(dim=2).argmin(dim=1)


commonest = labels[seen].bincount().argmax()
for name, part in {"seen": seen, "unseen": unseen}.items():
    accuracy = (nearest_mean(flat[part]) == labels[part]).float().mean()
    baseline = (labels[part] == commonest).float().mean()
    print(f"{name:7} nearest mean {accuracy:.1%}, baseline {baseline:.1%}")

# Over 20 other seeds of the shuffle the unseen accuracy lay between 87 and 92 %.
assert accuracy > 0.85
assert baseline < 0.15

# %% [markdown]
# The share of right answers is the *accuracy*. Only the one on unseen images,
# `{python} f"{accuracy:.1%}"`, says what to expect of new ones. The two are close, as ten means can
# hardly remember single images; larger models can. The baseline is right about once in ten, as all
# digits are about equally common. (This is one split of one collection; later chapters ask how far
# such a number can be trusted.)
#
# What does it get wrong?

# %%
guesses = nearest_mean(flat[unseen])  # (U,)
missed = guesses != labels[unseen]  # (U,)
six = unseen[missed][:6]  # (6,)
named = zip(labels[six], guesses[missed][:6], strict=True)
titles = [f"a {label}, taken for {guess}" for label, guess in named]
show(
    plot_images(images[six], titles, columns=3),
    alt=f"The first six of {missed.sum()} wrongly named images: {'; '.join(titles)}.",
)

# %% [markdown]
# These are six of the `{python} int(missed.sum())` that it gets wrong, among
# `{python} len(unseen)` unseen ones.
#
# ## Tensors that remember: `requires_grad=True`
#
# Everything so far used regular tensors. With `requires_grad=True`, PyTorch also notes which
# operations a tensor goes through:

# %%
regular = torch.tensor([1.0, 2.0, 3.0])  # (3,)
tracked = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)  # (3,)

print(regular.square().sum())
total = tracked.square().sum()
print(total)
print(total.requires_grad, total.grad_fn.name())

# %% [markdown]
# The number is the same. But the result is tracked as well, and its `grad_fn` remembers that it
# came from a sum. From such notes PyTorch finds how fast the result grows when one element
# grows a little; for all elements together, that is the *gradient*.
#
# By hand, we nudge element 1, and divide the growth of the result by the nudge:

# %%
nudged = regular.clone()  # (3,)
nudged[1] += 0.01
growth = (nudged.square().sum() - regular.square().sum()) / 0.01

total.backward()
print(f"by hand {growth:.2f}, from the notes {tracked.grad[1]:.2f}")
print(tracked.grad, regular.grad)

assert_close(tracked.grad, 2 * regular)

# %% [markdown]
# `backward` went through the notes and left the gradient in `tracked.grad`: twice each element,
# as for every square. (By hand it is a little more: nudging $x$ by $h$ gives
# $\frac{(x + h)^2 - x^2}{h} = 2x + h$, and $h$ was not infinitely small.) The regular tensor has
# none.
#
# !!! question "Predict"
#     Labels are whole numbers. Can PyTorch track how a result changes if a label grows a
#     little?

# %%
with raises(RuntimeError, cause="gradients asked of whole numbers"):
    labels.clone().requires_grad_()

# %% [markdown]
# ??? success "Answer"
#     No: a whole number cannot grow a little. Only dtypes with decimals can be tracked.
#
# Notes are worth as much as the numbers that they are about. Two more things are refused:

# %%
with raises(RuntimeError, cause="a tracked leaf changed in place"):
    tracked += 1

# %%
with raises(RuntimeError, cause="a tracked tensor handed to NumPy"):
    tracked.numpy()

# %% [markdown]
# A *leaf* is a tracked tensor that you made, rather than a result ("Variable" is an old name of
# tensor). To change it in place would falsify the notes. And what NumPy computes, PyTorch
# cannot note. `detach` gives a regular view of the same memory, which NumPy may have:

# %%
plain = tracked.detach()  # (3,)
print(plain.requires_grad, share_memory(plain, tracked))
print(plain.numpy())

assert_close(plain, regular)

# %% [markdown]
# | | regular | `requires_grad=True` |
# |---|---|---|
# | numbers computed | the same | the same |
# | dtype | any | only with decimals |
# | operations | forgotten | noted in `grad_fn` |
# | `.grad` | `None` | filled by `backward` |
# | change in place | allowed | refused for a leaf |
# | `.numpy()` | allowed | refused; `detach` first |
#
# ## What you can do now
#
# - **Read and predict shape, type and place.** The shape counts the elements along each
#   dimension, the dtype says what a number can hold, the device where it is kept. Whole and
#   whole stay whole; decimals win; tensors in different places do not mix.
# - **Pick and summarise.** A number removes a dimension, a slice keeps it, a mask picks what is
#   true; `dim` names the dimension that a sum removes, and `keepdim=True` leaves it with size
#   1.
# - **Predict how shapes combine, and catch the accident.** Align at the right; equal, or 1.
#   Print the shape of every difference between predictions and targets, or assert it.
# - **Tell who shares memory.** Slices and `.T` do, masks, lists and arithmetic do not; `clone`
#   copies.
# - **Classify, and say what `requires_grad=True` changes.** Nearest mean of the seen images,
#   judged on unseen ones: `{python} f"{accuracy:.1%}"` right. Tracking keeps the numbers, adds the
#   notes from which gradients come, and forbids what would falsify them.
#
# ## Key observations
#
# - Whole-number arithmetic wraps around without a word: 250 + 10 is 4 in `uint8` ([When types
#   meet](#when-types-meet)).
# - The dimension named by `dim` is the one that disappears ([Summing along a
#   dimension](#summing-along-a-dimension)).
# - Broadcasting is three lines of rules, and stretches without spending memory ([Shapes that
#   differ](#shapes-that-differ-broadcasting)).
# - (N, 1) − (N,) is (N, N): a perfect prediction can show an error, and nothing is raised;
#   `allclose` falls for it, `assert_close` does not ([The accident](#the-accident)).
# - A slice is a view: writing to it changes the original ([Who owns the
#   memory](#who-owns-the-memory)).
# - `+=` changes every name of a tensor, `a = a + 1` only one ([Changing in
#   place](#changing-in-place)).
# - One broadcast expression replaces a Python loop of `{python} f"{steps:,}"` steps, gives the
#   same numbers, and costs memory; ten mean images already tell `{python} f"{accuracy:.0%}"` of
#   new images right ([A first classifier](#a-first-classifier)).
# - `requires_grad=True` changes no number, only what is remembered and what is allowed
#   ([Tensors that remember](#tensors-that-remember-requires_gradtrue)).
#
# ## Exercises
#
# Each exercise asks for one function. Its signature states the shapes in the notation of the
# package jaxtyping: `Float[Tensor, "n m"]` is a tensor with decimals (`float32`, if nothing else
# is said) and two dimensions, n and m; equal names mean equal sizes; `""` means no dimension, and
# the space in `" n"` nothing. `check` tries a function on several inputs, and says what is wrong
# with it.

# %%
from jaxtyping import Float, Int64
from torch import Tensor

from ptfund.exercises import check

# %% [markdown]
# ### 1. Predict five shapes
#
# Given `x` of shape (6, 4), `y` of shape (4,) and `z` of shape (6, 1), write down the shapes of
# `x - y`, `x.mean(dim=1)`, `x[:, None] * x`, `x.T @ z` and `z - z[:, 0]`, in this order,
# without running them.

# %% [markdown] tags=["hint"]
# For the third and the last, write both shapes under each other, aligned at the right, as
# the rule of broadcasting says.


# %% tags=["solution"]
def five_shapes() -> list[tuple[int, ...]]:
    """Return the five shapes, as predicted."""
    return [(6, 4), (6,), (6, 6, 4), (4, 1), (6, 6)]


# %% tags=["check"]
check(five_shapes)

# %% [markdown] tags=["solution"]
# In `x[:, None] * x` the shapes (6, 1, 4) and (6, 4) meet: each row meets each row. In the last
# one, (6, 1) meets (6,), which is taken for one row of six: the accident of this chapter.

# %% [markdown]
# ### 2. One-hot by comparison
#
# In a *one-hot* row all elements are 0 except for a 1 at the position of the label. Make one
# such row for each label, with one comparison and no loop. The labels lie between 0 and
# `classes` − 1.

# %% [markdown] tags=["hint"]
# Compare a column of labels with the row `torch.arange(classes)`. Mind the dtype of the
# result.


# %% tags=["solution"]
def one_hot(
    labels: Int64[Tensor, " n"],
    classes: int,
) -> Float[Tensor, "n classes"]:
    """Return a row for each label: 1.0 at the label's position, 0.0 elsewhere."""
    return (labels[:, None] == torch.arange(classes)).float()


# %% tags=["check"]
check(one_hot)

# %% [markdown] tags=["solution"]
# The column (n, 1) meets the row (classes,): each label is compared with each class, and exactly
# one class is equal. Without the new dimension, label $i$ would be compared with class $i$
# alone.

# %% [markdown]
# ### 3. Standardise each image
#
# Some people press hard, some lightly. Subtract from each image its own mean, and divide it by
# its own standard deviation (`.std`, which takes `dim` and `keepdim` as `mean` does). No image
# is empty or of one shade only.

# %% [markdown] tags=["hint"]
# Without `keepdim=True` this fails for most shapes, and is silently wrong for some. For
# which?


# %% tags=["solution"]
def standardise_images(
    images: Float[Tensor, "n height width"],
) -> Float[Tensor, "n height width"]:
    """Return the images, each with mean 0 and standard deviation 1."""
    means = images.mean(dim=(1, 2), keepdim=True)
    deviations = images.std(dim=(1, 2), keepdim=True)
    return (images - means) / deviations


# %% tags=["check"]
check(standardise_images)

# %% [markdown] tags=["solution"]
# Means of shape (n, 1, 1) meet all pixels of their own image. Of shape (n,) they would be aligned
# with the width: an error for most shapes. Where the width is n or 1 it runs, and column $j$ of
# every image gets the mean of image $j$.

# %% [markdown]
# ### 4. Mend the mean squared error
#
# For n above 1 this function is right only by chance. Mend it, so that it compares each
# prediction with its own target.
#
# ```python
# def mean_squared_error(
#     predictions: Float[Tensor, "n 1"], targets: Float[Tensor, " n"]
# ) -> Float[Tensor, ""]:
#     """Return the mean of the squared differences."""
#     return (predictions - targets).square().mean()
# ```

# %% [markdown] tags=["hint"]
# Print the shape of the difference. Which of the two would you rather give another shape?


# %% tags=["solution"]
def mean_squared_error(
    predictions: Float[Tensor, "n 1"], targets: Float[Tensor, " n"]
) -> Float[Tensor, ""]:
    """Return the mean of the squared differences."""
    return (predictions - targets[:, None]).square().mean()


# %% tags=["check"]
check(mean_squared_error)

# %% [markdown] tags=["solution"]
# Now (n, 1) meets (n, 1). `predictions.squeeze(1) - targets` does as well: `squeeze(1)` takes away
# dimension 1 if its size is 1. Plain `squeeze()` takes away all of size 1, also the first where n
# is 1, which is harmless here and a trap elsewhere.

# %% [markdown]
# ### 5. All distances with one matrix product
#
# For two rows, $\lvert p - q \rvert^2 = \lvert p \rvert^2 + \lvert q \rvert^2 - 2 p \cdot q$, where
# $\lvert p \rvert^2$ is the sum of the squares of $p$, and $p \cdot q$ the dot product. Use it to
# compute all distances (with the root) between the rows of two tensors, without the large tensor
# of differences.

# %% [markdown] tags=["hint"]
# All dot products at once are `a @ b.T`. The two sums of squares must become a column and a
# row. For equal rows, rounding can leave a number slightly below 0, and the root of that is
# `nan`, "not a number": `.clamp(min=0)` raises it to 0 first.


# %% tags=["solution"]
def pairwise_distances(
    a: Float[Tensor, "n features"], b: Float[Tensor, "m features"]
) -> Float[Tensor, "n m"]:
    """Return the distance of each row of `a` to each row of `b`."""
    column = a.square().sum(dim=1, keepdim=True)
    row = b.square().sum(dim=1)
    return (column + row - 2 * a @ b.T).clamp(min=0).sqrt()


# %% tags=["check"]
check(pairwise_distances)

# %% [markdown] tags=["solution"]
# The column (n, 1) and the row (m,) give each pair its two sums, and `a @ b.T` its dot product.
# No tensor has a third dimension: the squares are as large as `a` and `b`, all else is (n, m) or
# smaller. The price: for rows that are nearly equal, the small difference of large numbers loses
# digits.

# %% [markdown]
# ## Next
#
# Chapter 2, [Automatic differentiation](02_autograd.py), opens the notes that
# `requires_grad=True` keeps: it finds gradients by nudging, then by hand, then builds in forty
# lines what `backward` does.
