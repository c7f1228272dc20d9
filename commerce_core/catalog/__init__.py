"""What is for sale: products with their variants and pictures, categories, tags."""
