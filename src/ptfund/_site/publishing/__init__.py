"""Pages become a site here: its files and downloads, and the exchange of the old for the new."""
