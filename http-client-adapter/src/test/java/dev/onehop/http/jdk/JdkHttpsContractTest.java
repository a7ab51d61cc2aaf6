package dev.onehop.http.jdk;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.HttpsContract;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The JDK's client keeps the Service's identity over TLS; the pom's second surefire execution sets the flag it needs. */
@EnabledIfSystemProperty(named = "jdk.httpclient.allowRestrictedHeaders", matches = "host")
class JdkHttpsContractTest extends HttpsContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return JdkClient.open(onehop, setup);
    }
}
