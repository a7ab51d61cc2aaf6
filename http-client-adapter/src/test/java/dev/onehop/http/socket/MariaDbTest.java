package dev.onehop.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** The recipe for MariaDB's JDBC driver. */
class MariaDbTest extends SqlRecipeContract {

    @Override
    String scheme() {
        return "jdbc:mariadb://";
    }

    @Override
    Properties recipe() {
        Properties properties = login(MariaDbSocketFactory.class);
        properties.setProperty("sslMode", "disable");
        return properties;
    }

    @Override
    Properties verifying(Path trustStore, String password) {
        Properties properties = login(MariaDbSocketFactory.class);
        properties.setProperty("sslMode", "verify-full");
        properties.setProperty("trustStore", trustStore.toString());
        properties.setProperty("trustStoreType", "PKCS12");
        properties.setProperty("trustStorePassword", password);
        return properties;
    }

    @Test
    void theDriverLooksEveryNameUpFirst() {
        publishedFirst();

        assertThatThrownBy(() -> DriverManager.getConnection("jdbc:mariadb://orders-sql.shop.svc:3306/shop", recipe()))
                .isInstanceOf(SQLException.class);

        assertThat(balancer().tally().started()).isZero();
    }
}
