package dev.meshclient.spring.webclient;

import okhttp3.Call;
import okhttp3.Response;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.reactive.AbstractClientHttpResponse;
import reactor.core.scheduler.Scheduler;

/** A response of OkHttp. */
final class ConnectorResponse extends AbstractClientHttpResponse {
    private final ReadBody body;

    private ConnectorResponse(Response response, ReadBody body) {
        super(HttpStatusCode.valueOf(response.code()), headers(response), SetCookies.of(response), body.buffers());
        this.body = body;
    }

    static ConnectorResponse of(Response response, Call call, Scheduler readers) {
        return new ConnectorResponse(response, new ReadBody(response, call, readers));
    }

    /** Ends the call, unless the body has a subscriber, which ends it. */
    void abandon() {
        body.abandon();
    }

    private static HttpHeaders headers(Response response) {
        HttpHeaders headers = new HttpHeaders();
        for (int i = 0; i < response.headers().size(); i++) {
            headers.add(response.headers().name(i), response.headers().value(i));
        }
        return headers;
    }
}
