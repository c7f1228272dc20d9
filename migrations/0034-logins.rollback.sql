DROP TABLE login_clients;
DROP TABLE login_guesses;
