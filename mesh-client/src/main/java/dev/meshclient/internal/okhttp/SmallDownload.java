package dev.meshclient.internal.okhttp;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okio.BufferedSource;

/** Downloads small documents: no redirects, no cache, and a limit of the size. Its connections are closed after use. */
final class SmallDownload {
    /** Made by the first download: a client loads the authorities of the JVM, for which no start of a mesh waits. */
    private static final class Client {
        static final OkHttpClient BASE = new OkHttpClient.Builder()
                .followRedirects(false)
                .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
                .build();
    }

    byte[] get(URI uri, int maxBytes, Duration timeout) throws IOException {
        OkHttpClient client = Client.BASE.newBuilder().callTimeout(timeout).build();
        Request request = new Request.Builder()
                .url(uri.toString())
                .header("Accept", "application/jwk-set+json, application/json;q=0.9")
                .header("Connection", "close")
                .build();
        try (Response response = client.newCall(request).execute()) {
            if (response.code() != 200) {
                throw new IOException("it answers " + response.code());
            }
            BufferedSource source = response.body().source();
            if (source.request(maxBytes + 1L)) {
                throw new IOException("it has more than " + maxBytes + " bytes");
            }
            return source.readByteArray();
        }
    }
}
