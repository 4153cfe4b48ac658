DROP TABLE signing_key;
DROP TABLE service_secret;
DROP FUNCTION service_secret_refuse_third();
DROP TABLE service_account;
