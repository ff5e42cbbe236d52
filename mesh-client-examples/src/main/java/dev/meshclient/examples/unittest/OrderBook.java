package dev.meshclient.examples.unittest;

import java.io.IOException;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;

/** Asks the service orders. It gets a client from outside, and knows nothing of the mesh. */
public final class OrderBook {
    private final Call.Factory http;

    public OrderBook(Call.Factory http) {
        this.http = http;
    }

    /** The order of this number, or "none". */
    public String order(int number) throws IOException {
        HttpUrl url = HttpUrl.get("http://orders/v1/orders/")
                .newBuilder()
                .addPathSegment(Integer.toString(number))
                .build();
        try (Response response =
                http.newCall(new Request.Builder().url(url).build()).execute()) {
            return response.code() == 404 ? "none" : response.body().string();
        }
    }
}
