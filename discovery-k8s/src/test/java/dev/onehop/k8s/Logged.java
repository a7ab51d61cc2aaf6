package dev.onehop.k8s;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What a logger and those below it say, from a level on, until it is closed. Nothing of it reaches the console. */
final class Logged implements AutoCloseable {

    private final Logger logger;
    private final Level before;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getLevel() + " " + event.getFormattedMessage()
                    + (event.getThrowableProxy() == null
                            ? ""
                            : ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }
    };
    private final boolean additive;
    private final List<ch.qos.logback.core.Appender<ILoggingEvent>> silenced = new CopyOnWriteArrayList<>();

    private Logged(String name, Level level) {
        logger = (Logger) LoggerFactory.getLogger(name);
        before = logger.getLevel();
        additive = logger.isAdditive();
        logger.iteratorForAppenders().forEachRemaining(silenced::add);
        silenced.forEach(logger::detachAppender);
        appender.setContext(logger.getLoggerContext());
        appender.start();
        logger.addAppender(appender);
        logger.setAdditive(false);
        logger.setLevel(level);
    }

    static Logged by(Class<?> of, Level level) {
        return new Logged(of.getName(), level);
    }

    /** Everything that any library logs. */
    static Logged byAll() {
        return new Logged(org.slf4j.Logger.ROOT_LOGGER_NAME, Level.TRACE);
    }

    /** Level and message, in order. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    List<String> lines(String level) {
        return lines.stream().filter(line -> line.startsWith(level + " ")).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        silenced.forEach(logger::addAppender);
        logger.setAdditive(additive);
        logger.setLevel(before);
    }
}
