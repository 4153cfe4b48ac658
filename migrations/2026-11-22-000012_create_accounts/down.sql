DROP TABLE role_grant;
DROP FUNCTION role_grant_keep();
DROP FUNCTION role_grant_refuse_mixture();
DROP TABLE account;
