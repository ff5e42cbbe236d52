package dev.meshclient.internal.okhttp.events;

import java.io.IOException;

/** Throws an IOException from a listener, whose methods declare none: Kotlin allows that, Java's compiler needs this detour. */
public final class UndeclaredFailure {
    private UndeclaredFailure() {}

    /**
     * Throws it; OkHttp passes it on to the code that connects, reads or writes.
     *
     * @return nothing: for the compiler, {@code throw UndeclaredFailure.raise(e)}
     */
    public static RuntimeException raise(IOException e) {
        UndeclaredFailure.<RuntimeException>unchecked(e);
        return new IllegalStateException(e);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void unchecked(IOException e) throws T {
        throw (T) e;
    }
}
