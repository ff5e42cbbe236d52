package dev.meshclient.internal.okhttp.client;

import okhttp3.OkHttpClient;

/** A client that makes calls through the mesh, and the settings that the engine derives its own clients from. */
public interface Caller {
    OkHttpClient client();

    CallerSettings settings();
}
