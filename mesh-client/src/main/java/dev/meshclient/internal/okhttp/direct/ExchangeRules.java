package dev.meshclient.internal.okhttp.direct;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The mesh's part of each exchange of an inner client. It is its first network interceptor on the public path; the direct path calls
 * {@link #addTo}, {@link #check}, {@link #proceed} and {@link #mask}, in this order, from its bridge.
 */
public interface ExchangeRules extends Interceptor {
    /** Before anything is written; throws if the connection must not be used. */
    void check(Chain chain) throws IOException;

    /** Adds the mesh's headers and tag. */
    void addTo(Request.Builder sent, Chain chain);

    /** Continues with the request as it is sent. */
    Response proceed(Chain chain, Request sent) throws IOException;

    /**
     * Hides from OkHttp what would make it repeat the request.
     *
     * @param copy of the response; null: a copy is made if something must be hidden
     * @return the copy that was changed; otherwise {@code copy}
     */
    Response.@Nullable Builder mask(Response response, Response.@Nullable Builder copy, Chain chain);
}
