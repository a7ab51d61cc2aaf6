package dev.onehop;

import java.io.IOException;
import java.time.Duration;

class BlockingFailoverTest extends FailoverContract {
    @Override
    String connect(Balancer api, Duration timeout, Dialer<String> dialer) throws IOException {
        return api.connect(timeout, dialer);
    }
}
