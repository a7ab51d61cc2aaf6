package dev.onehop.http.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** The recipe for MySQL's JDBC driver. */
class MySqlTest extends SqlRecipeContract {

    @Override
    String scheme() {
        return "jdbc:mysql://";
    }

    @Override
    Properties recipe() {
        Properties properties = login(MySqlSocketFactory.class);
        properties.setProperty("sslMode", "DISABLED");
        return properties;
    }

    @Override
    Properties verifying(Path trustStore, String password) {
        Properties properties = login(MySqlSocketFactory.class);
        properties.setProperty("sslMode", "VERIFY_IDENTITY");
        properties.setProperty("trustCertificateKeyStoreUrl", trustStore.toUri().toString());
        properties.setProperty("trustCertificateKeyStoreType", "PKCS12");
        properties.setProperty("trustCertificateKeyStorePassword", password);
        return properties;
    }

    @Test
    void aNameThatNobodyResolvesIsReachedAllTheSame() throws Exception {
        publishedFirst();

        try (Connection connection =
                DriverManager.getConnection("jdbc:mysql://orders-sql.shop.svc:3306/shop", recipe())) {
            assertThat(connection.isValid(5)).isTrue();
        }
    }
}
