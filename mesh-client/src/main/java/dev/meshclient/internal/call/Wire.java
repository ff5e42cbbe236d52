package dev.meshclient.internal.call;

import java.io.IOException;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Sends the attempts of a call: OkHttp in production, a script in simulations. */
@FunctionalInterface
public interface Wire {
    /** Sends the attempt, records its {@link Result}, and ends it with its body. */
    Response send(Attempt attempt) throws IOException;

    /** The Cookie header of attempts of the call if the caller's jar has any for it: it replaces that of the request; empty: none. */
    default String cookies(Call call) {
        return "";
    }

    /** Sends health checks as it sends calls; null: it sends none. */
    default @Nullable CheckWire checks() {
        return null;
    }

    /** Whether the caller allows to repeat an attempt that got no response. */
    default boolean repeatsUnanswered() {
        return true;
    }

    /** The failure of the call as its caller gets it. */
    default IOException reported(Call call, IOException failure) {
        return failure;
    }

    /** The call continues with this one of the attempts that ran side by side. Called on the thread of the call. */
    default void decided(Attempt attempt) throws IOException {}

    /** The call is over, its body included. */
    default void ended() {}
}
