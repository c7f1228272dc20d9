"""What machines read of the shop: sitemap, robots, merchant feed, and the JSON-LD of its pages."""
