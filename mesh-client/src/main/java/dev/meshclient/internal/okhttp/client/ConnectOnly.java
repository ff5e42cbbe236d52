package dev.meshclient.internal.okhttp.client;

import java.io.IOException;
import okhttp3.Authenticator;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/** Answers a proxy's challenge to CONNECT, which is part of connecting; the engine follows a plain 407. */
record ConnectOnly(Authenticator caller) implements Authenticator {
    @Override
    public @Nullable Request authenticate(@Nullable Route route, Response response) throws IOException {
        return response.request().method().equals("CONNECT") ? caller.authenticate(route, response) : null;
    }
}
