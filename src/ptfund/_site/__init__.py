"""The machinery of the site: from percent-format scripts to checked pages."""
