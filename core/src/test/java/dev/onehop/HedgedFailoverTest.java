package dev.onehop;

import java.time.Duration;

/** Dials that may overlap owe their callers the same. */
class HedgedFailoverTest extends AsynchronousFailoverTest {

    @Override
    OnehopBuilder with(OnehopBuilder builder) {
        return builder.hedgedConnect(new Hedging(Duration.ofMillis(250), Runnable::run));
    }

    @Override
    <T> AsyncDialer<T> said(AsyncDialer<T> dialer) {
        AsyncConnector<T> connector = dialer::dial;
        return connector;
    }
}
