package dev.onehop.http.socket;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** The JDBC drivers for MySQL's protocol, and how each is told to go to pods. */
enum SqlDriver {
    MYSQL("jdbc:mysql://", MySqlSocketFactory.class.getName(), "DISABLED"),
    MARIADB("jdbc:mariadb://", MariaDbSocketFactory.class.getName(), "disable");

    private final String scheme;
    private final String factory;
    private final String withoutTls;

    SqlDriver(String scheme, String factory, String withoutTls) {
        this.scheme = scheme;
        this.factory = factory;
        this.withoutTls = withoutTls;
    }

    /** The recipe, for an {@code onehop} registered as {@code pods}; without TLS. */
    Properties recipe() {
        Properties properties = login();
        properties.setProperty("sslMode", withoutTls);
        return properties;
    }

    /** The recipe; TLS is for the caller to say. */
    Properties login() {
        var properties = new Properties();
        properties.setProperty("user", EmbeddedMariaDb.USER);
        properties.setProperty("password", EmbeddedMariaDb.PASSWORD);
        properties.setProperty("connectTimeout", "10000");
        properties.setProperty("socketFactory", factory);
        properties.setProperty("socketFactoryArg", "pods");
        return properties;
    }

    /** @param authority {@code host:port} */
    Connection connect(String authority, Properties properties) throws SQLException {
        return DriverManager.getConnection(scheme + authority + "/shop", properties);
    }
}
