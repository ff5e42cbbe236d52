package dev.meshclient;

import java.io.IOException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** What code of an application may throw where no exception is declared: in Kotlin, any. */
public enum Thrown {
    IO(() -> new IOException("of the application")),
    CHECKED(() -> new TimeoutException("of the application")),
    UNCHECKED(() -> new IllegalStateException("of the application")),
    ERROR(() -> new AssertionError("of the application"));

    private final Supplier<Throwable> make;

    Thrown(Supplier<Throwable> make) {
        this.make = make;
    }

    /** Throws it; {@code throw thrown.now()} ends a method. */
    public RuntimeException now() {
        throw unseen(make.get());
    }

    @SuppressWarnings("unchecked")
    public static <E extends Throwable> RuntimeException unseen(Throwable e) throws E {
        throw (E) e;
    }

    /** As {@code toString} of what is thrown. */
    public String text() {
        return make.get().toString();
    }
}
