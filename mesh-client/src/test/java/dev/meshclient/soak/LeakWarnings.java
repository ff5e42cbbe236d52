package dev.meshclient.soak;

import java.io.Closeable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import okhttp3.OkHttpClient;

/** Counts OkHttp's warnings of responses that were never closed. */
final class LeakWarnings extends Handler implements Closeable {
    private static final Logger OKHTTP = Logger.getLogger(OkHttpClient.class.getName());

    private final AtomicInteger seen = new AtomicInteger();

    LeakWarnings() {
        OKHTTP.addHandler(this);
    }

    int seen() {
        return seen.get();
    }

    @Override
    public void publish(LogRecord said) {
        if (said.getMessage().contains("was leaked")) {
            seen.incrementAndGet();
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        OKHTTP.removeHandler(this);
    }
}
