package dev.meshclient.internal.okhttp.events;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import okio.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Reads whether a timeout was cancelled, which Okio does not show. Works on the class path; elsewhere, or with an Okio that has
 * no such field, a timeout that was cancelled before the response was returned limits the body nevertheless.
 */
final class TimeoutAccess {
    private static final @Nullable VarHandle CANCEL_MARK = find();

    private TimeoutAccess() {}

    private static @Nullable VarHandle find() {
        try {
            return MethodHandles.privateLookupIn(Timeout.class, MethodHandles.lookup())
                    .findVarHandle(Timeout.class, "cancelMark", Object.class);
        } catch (ReflectiveOperationException notHere) {
            return null;
        }
    }

    static boolean isCancelled(Timeout timeout) {
        return CANCEL_MARK != null && CANCEL_MARK.getVolatile(timeout) != null;
    }
}
