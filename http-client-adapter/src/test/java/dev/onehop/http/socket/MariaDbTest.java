package dev.onehop.http.socket;

import java.nio.file.Path;
import java.util.Properties;

/** The recipe for MariaDB's JDBC driver. */
class MariaDbTest extends SqlRecipeContract {

    @Override
    SqlDriver driver() {
        return SqlDriver.MARIADB;
    }

    @Override
    Properties verifying(Path trustStore, String password) {
        Properties properties = driver().login();
        properties.setProperty("sslMode", "verify-full");
        properties.setProperty("trustStore", trustStore.toString());
        properties.setProperty("trustStoreType", "PKCS12");
        properties.setProperty("trustStorePassword", password);
        return properties;
    }
}
