package dev.meshclient;

import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** What code of an application may throw where no exception is declared: in Kotlin, any. */
public enum Thrown {
    IO,
    CHECKED,
    UNCHECKED,
    ERROR;

    private Throwable make() {
        String message = "of the application";
        return switch (this) {
            case IO -> new IOException(message);
            case CHECKED -> new TimeoutException(message);
            case UNCHECKED -> new IllegalStateException(message);
            case ERROR -> new AssertionError(message);
        };
    }

    /** Throws it; {@code throw thrown.now()} ends a method. */
    public RuntimeException now() {
        throw unseen(make());
    }

    @SuppressWarnings("unchecked")
    public static <E extends Throwable> RuntimeException unseen(Throwable e) throws E {
        throw (E) e;
    }

    /** As {@code toString} of what is thrown. */
    public String text() {
        return make().toString();
    }
}
