"""The people who buy, known by their e-mail address."""
