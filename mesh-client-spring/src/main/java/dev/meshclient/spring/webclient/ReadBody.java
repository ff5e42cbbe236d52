package dev.meshclient.spring.webclient;

import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;

/** The body of a response, read as far as its subscriber requests it. */
final class ReadBody {
    /** OkHttp reads as much at a time. */
    private static final int MOST = 8192;

    private enum State {
        IDLE,
        READING,
        OVER
    }

    private final Response response;
    private final Call call;
    private final Scheduler readers;
    private final AtomicBoolean subscribed = new AtomicBoolean();
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

    ReadBody(Response response, Call call, Scheduler readers) {
        this.response = response;
        this.call = call;
        this.readers = readers;
    }

    Flux<DataBuffer> buffers() {
        return Flux.defer(() -> subscribed.getAndSet(true)
                ? Flux.error(new IllegalStateException(
                        "the body of a response is read once, and not after its call was cancelled"))
                : Flux.<DataBuffer, BufferedSource>generate(
                                () -> response.body().source(), this::next)
                        .subscribeOn(readers)
                        .onErrorMap(RejectedExecutionException.class, this::unread)
                        .doOnError(e -> end())
                        .doOnCancel(this::end));
    }

    private IOException unread(Throwable rejected) {
        return new IOException(
                "the response to " + call.request().method() + " "
                        + call.request().url() + " is not read: its connector is closed, or its executor refuses tasks",
                rejected);
    }

    void abandon() {
        if (!subscribed.getAndSet(true)) {
            end();
        }
    }

    private BufferedSource next(BufferedSource source, SynchronousSink<DataBuffer> sink) {
        if (!state.compareAndSet(State.IDLE, State.READING)) {
            sink.complete(); // it was cancelled
            return source;
        }
        byte[] read;
        try {
            read = read(source);
        } catch (IOException | RuntimeException e) {
            if (state.getAndSet(State.OVER) == State.READING) {
                response.close();
                sink.error(e);
            } else {
                response.close();
                sink.complete();
            }
            return source;
        }
        boolean ends = read.length == 0;
        if (!state.compareAndSet(State.READING, ends ? State.OVER : State.IDLE) || ends) {
            response.close();
        }
        if (ends) {
            sink.complete();
        } else {
            sink.next(DefaultDataBufferFactory.sharedInstance.wrap(read));
        }
        return source;
    }

    private static byte[] read(BufferedSource source) throws IOException {
        if (!source.request(1)) {
            return new byte[0];
        }
        Buffer held = source.getBuffer();
        return held.readByteArray(Math.min(held.size(), MOST));
    }

    /** Ends the call before its body: the thread that reads it just now closes it, as no two threads may use it at a time. */
    private void end() {
        State before = state.getAndSet(State.OVER);
        if (before == State.OVER) {
            return;
        }
        call.cancel();
        if (before == State.IDLE) {
            closeByReader();
        }
    }

    /** What closes an open body reads on, to use its connection again. */
    private void closeByReader() {
        try {
            readers.schedule(response::close);
        } catch (RejectedExecutionException e) {
            response.close();
        }
    }
}
