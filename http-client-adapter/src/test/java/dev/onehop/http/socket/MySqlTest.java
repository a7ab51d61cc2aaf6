package dev.onehop.http.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** The recipe for MySQL's JDBC driver. */
class MySqlTest extends SqlRecipeContract {

    @Override
    SqlDriver driver() {
        return SqlDriver.MYSQL;
    }

    @Override
    Properties verifying(Path trustStore, String password) {
        Properties properties = driver().login();
        properties.setProperty("sslMode", "VERIFY_IDENTITY");
        properties.setProperty("trustCertificateKeyStoreUrl", trustStore.toUri().toString());
        properties.setProperty("trustCertificateKeyStoreType", "PKCS12");
        properties.setProperty("trustCertificateKeyStorePassword", password);
        return properties;
    }

    @Test
    void aNameThatNobodyResolvesIsReachedAllTheSame() throws Exception {
        publishedFirst();

        try (Connection connection = driver().connect("orders-sql.shop.svc:3306", driver().recipe())) {
            assertThat(connection.isValid(5)).isTrue();
        }
    }
}
