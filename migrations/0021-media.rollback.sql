DROP TABLE remote_images;
DROP TABLE uploads;
