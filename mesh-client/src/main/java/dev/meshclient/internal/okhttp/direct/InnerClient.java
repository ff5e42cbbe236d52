package dev.meshclient.internal.okhttp.direct;

import java.io.IOException;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** A derived client that executes its calls as OkHttp does; a subclass executes them otherwise. */
public class InnerClient {
    private final OkHttpClient client;

    InnerClient(OkHttpClient client) {
        this.client = client;
    }

    public final OkHttpClient okhttp() {
        return client;
    }

    public final Call newCall(Request request) {
        return client.newCall(request);
    }

    /** Executes a call of this client, once. */
    public Response execute(Call call) throws IOException {
        return call.execute();
    }
}
