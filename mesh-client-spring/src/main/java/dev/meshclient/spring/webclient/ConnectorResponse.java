package dev.meshclient.spring.webclient;

import dev.meshclient.spring.web.MessageConversion;
import java.io.IOException;
import okhttp3.Call;
import okhttp3.Response;
import org.springframework.http.client.reactive.AbstractClientHttpResponse;
import reactor.core.scheduler.Scheduler;

/** A response of OkHttp. */
final class ConnectorResponse extends AbstractClientHttpResponse {
    private final ReadBody body;

    private ConnectorResponse(Response response, ReadBody body) throws IOException {
        super(
                MessageConversion.status(response),
                MessageConversion.headers(response),
                SetCookies.of(response),
                body.buffers());
        this.body = body;
    }

    static ConnectorResponse of(Response response, Call call, Scheduler readers) throws IOException {
        return new ConnectorResponse(response, new ReadBody(response, call, readers));
    }

    /** Ends the call, unless the body has a subscriber, which ends it. */
    void abandon() {
        body.abandon();
    }
}
