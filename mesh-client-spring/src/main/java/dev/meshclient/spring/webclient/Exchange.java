package dev.meshclient.spring.webclient;

import dev.meshclient.InboundContext;
import io.micrometer.observation.Observation;
import java.io.IOException;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.springframework.http.client.reactive.ClientHttpResponse;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.ContextView;

/** One call of OkHttp for one subscriber. */
final class Exchange implements Callback {
    /** Spring's client and Micrometer keep the current observation there. */
    private static final String OBSERVATION = "micrometer.observation";

    private final Call.Factory calls;
    private final Scheduler readers;
    private final ConnectorRequest request;
    private volatile @Nullable MonoSink<ClientHttpResponse> subscriber;
    private volatile @Nullable Call call;
    private volatile @Nullable ConnectorResponse response;
    private volatile boolean cancelled;

    Exchange(Call.Factory calls, Scheduler readers, ConnectorRequest request) {
        this.calls = calls;
        this.readers = readers;
        this.request = request;
    }

    Mono<ClientHttpResponse> run() {
        return Mono.<ClientHttpResponse>create(this::start).doOnCancel(this::cancel);
    }

    private void start(MonoSink<ClientHttpResponse> sink) {
        subscriber = sink;
        ContextView context = sink.contextView();
        PublishedBody body = request.published();
        if (body != null) {
            body.context(context);
        }
        Object inContext = context.getOrDefault(OkHttpClientHttpConnector.INBOUND_CONTEXT, null);
        Object observation = context.getOrDefault(OBSERVATION, null);
        Observation.Scope scope =
                observation instanceof Observation current ? current.openScope() : Observation.Scope.NOOP;
        try {
            Call created = calls.newCall(
                    request.build(inContext instanceof InboundContext inbound ? inbound : InboundContext.current()));
            call = created;
            if (body != null) {
                body.sentBy(created);
            }
            if (!cancelled) {
                created.enqueue(this);
            }
        } catch (IOException e) {
            sink.error(e);
        } finally {
            scope.close();
        }
    }

    /** The subscriber has cancelled, before or after it got the response. */
    private void cancel() {
        cancelled = true;
        ConnectorResponse arrived = response;
        if (arrived != null) {
            arrived.abandon();
            return;
        }
        Call running = call;
        if (running != null) {
            running.cancel();
        }
        PublishedBody body = request.published();
        if (body != null) {
            body.stop();
        }
    }

    @Override
    public void onFailure(Call failed, IOException e) {
        MonoSink<ClientHttpResponse> sink = subscriber;
        if (sink == null || cancelled) {
            return;
        }
        PublishedBody body = request.published();
        Throwable ofBody = body == null ? null : body.failure();
        sink.error(ofBody == null ? e : ofBody);
    }

    @Override
    public void onResponse(Call ended, Response received) {
        ConnectorResponse arrived;
        try {
            arrived = ConnectorResponse.of(received, ended, readers);
        } catch (IOException e) {
            received.close();
            onFailure(ended, e);
            return;
        } catch (RuntimeException e) { // OkHttp would report it to no one
            received.close();
            onFailure(
                    ended, new IOException("the response to " + ended.request().url() + " cannot be read: " + e, e));
            return;
        }
        response = arrived;
        MonoSink<ClientHttpResponse> sink = subscriber;
        if (sink == null || cancelled) {
            arrived.abandon();
        } else {
            sink.success(arrived);
        }
    }
}
