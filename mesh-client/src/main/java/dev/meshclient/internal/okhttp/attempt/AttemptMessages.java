package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Outcome;
import java.net.UnknownServiceException;
import java.util.List;
import okhttp3.Headers;
import okhttp3.Request;
import okhttp3.Response;

/** The request of an attempt as the peer gets it, and the response to it as the caller gets it. */
final class AttemptMessages {
    private static final List<String> OF_ZIPPED_BODY = List.of("Content-Encoding", "Content-Length");

    private AttemptMessages() {}

    /**
     * Adds the headers of observers and the token of this attempt; a token is never sent in plaintext, whatever the layers
     * above decided.
     */
    static Request sent(Attempt attempt, Request request) throws UnknownServiceException {
        String authorization = attempt.authorization();
        Headers observers = attempt.wireHeaders();
        if (authorization == null && observers == null) {
            return request;
        }
        Request.Builder sent = request.newBuilder();
        attempt.removedHeaders().forEach(sent::removeHeader);
        if (observers != null) {
            for (int i = 0; i < observers.size(); i++) {
                sent.removeHeader(observers.name(i));
            }
            for (int i = 0; i < observers.size(); i++) {
                sent.addHeader(observers.name(i), observers.value(i));
            }
        }
        return authorization == null ? sent.build() : withToken(attempt, request, sent, authorization);
    }

    private static Request withToken(Attempt attempt, Request request, Request.Builder sent, String authorization)
            throws UnknownServiceException {
        if (!request.isHttps()) {
            UnknownServiceException e = new UnknownServiceException("'"
                    + request.url().host() + "' is called without TLS, and its credentials are not sent in the clear:"
                    + " state tls for it in the policy, or no credentials");
            attempt.failed(Outcome.REFUSED, e);
            throw e;
        }
        return sent.header("Authorization", authorization).build();
    }

    /** The response to the request that the caller made, with everything that the peer sent. */
    static Response restored(InnerCall inner, Response response, boolean upgraded) {
        Attempt attempt = inner.attempt;
        if (inner.masked() == null && !upgraded && attempt.authorization() == null && attempt.wireHeaders() == null) {
            return response;
        }
        Response.Builder builder = response.newBuilder().request(attempt.call().request());
        Response network = response.networkResponse();
        if (network != null) {
            Response.Builder onTheWire = network.newBuilder();
            if (inner.masked() != null) {
                onTheWire.headers(inner.masked());
            }
            if (attempt.authorization() != null) { // logs of sent requests must not contain the policy's token
                onTheWire.request(network.request()
                        .newBuilder()
                        .removeHeader("Authorization")
                        .build());
            }
            builder.networkResponse(onTheWire.build());
        }
        if (inner.masked() != null) {
            builder.headers(unmasked(inner.masked(), response.headers()));
        }
        return builder.build();
    }

    /** What the peer sent, less what does not hold for a body that OkHttp or the mesh has unzipped. */
    private static Headers unmasked(Headers original, Headers shown) {
        Headers.Builder headers = original.newBuilder();
        for (String ofBody : OF_ZIPPED_BODY) {
            if (shown.get(ofBody) == null) {
                headers.removeAll(ofBody);
            }
        }
        return headers.build();
    }
}
