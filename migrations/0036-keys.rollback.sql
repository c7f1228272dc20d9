-- Every key is lost: programs have to be given new ones.

DROP TABLE api_keys;
