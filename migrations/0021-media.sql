-- Pictures on their way in: sent by operators, or fetched from where an import found them.

CREATE TABLE uploads (
  id uuid PRIMARY KEY,
  filename text NOT NULL CHECK (length(filename) BETWEEN 1 AND 255),
  content_type text NOT NULL CHECK (content_type IN ('image/avif', 'image/gif', 'image/jpeg', 'image/png', 'image/webp')),
  size_bytes integer NOT NULL CHECK (size_bytes > 0),
  alt text NOT NULL DEFAULT '',
  status text NOT NULL CHECK (status IN ('pending', 'ready', 'attached', 'expired')),
  url text,
  width integer CHECK (width > 0),
  height integer CHECK (height > 0),
  keep_until timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  -- Nothing can be attached that nobody has looked at.
  CHECK (status NOT IN ('ready', 'attached') OR (url IS NOT NULL AND width IS NOT NULL AND height IS NOT NULL))
);
CREATE INDEX uploads_unattached ON uploads (keep_until) WHERE status <> 'attached';

CREATE TABLE remote_images (
  id uuid PRIMARY KEY,
  product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
  source_url text NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'stored', 'dead')),
  url text,
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  next_retry_at timestamptz NOT NULL DEFAULT shop_now(),
  error text,
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  CHECK ((status = 'stored') = (url IS NOT NULL))
);
-- Addresses may be longer than an index entry, so their digests stand for them.
CREATE UNIQUE INDEX remote_images_source ON remote_images (product_id, md5(source_url));
CREATE INDEX remote_images_due ON remote_images (next_retry_at, id) WHERE status = 'pending';
CREATE INDEX remote_images_status ON remote_images (status, id DESC);
