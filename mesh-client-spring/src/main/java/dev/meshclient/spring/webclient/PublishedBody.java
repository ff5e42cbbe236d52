package dev.meshclient.spring.webclient;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import reactor.core.publisher.BaseSubscriber;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * A request body from a publisher. The thread that writes it requests each buffer when the one before is written, and waits; the
 * publisher's threads never do. While it waits it looks every 100 ms whether the call still goes on. It has no media type of its own: the
 * headers of the request state it.
 */
final class PublishedBody extends RequestBody {
    /** The last network interceptor of a client: the body of a request, which is a tag too, gets the connection that it is written to. */
    static final Interceptor CONNECTING = PublishedBody::connect;

    private static final long LOOK_NANOS = 100_000_000;

    private final Publisher<? extends DataBuffer> publisher;
    private final long length;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final BodySubscriber subscriber = new BodySubscriber();
    private volatile Context context = Context.empty();
    private volatile @Nullable Call call;
    private volatile @Nullable Connection connection;

    /** @param length -1: not known */
    PublishedBody(Publisher<? extends DataBuffer> publisher, long length) {
        this.publisher = publisher;
        this.length = length;
    }

    /** Of the subscriber of the response, for the publisher. */
    void context(ContextView ofSubscriber) {
        context = Context.of(ofSubscriber);
    }

    /** The call that sends it. */
    void sentBy(Call sender) {
        call = sender;
    }

    private static Response connect(Interceptor.Chain chain) throws IOException {
        PublishedBody body = chain.request().tag(PublishedBody.class);
        if (body != null) {
            body.connection = chain.connection();
        }
        return chain.proceed(chain.request());
    }

    @Override
    public @Nullable MediaType contentType() {
        return null;
    }

    @Override
    public long contentLength() {
        return length;
    }

    /** Subscribing again may have any effect. */
    @Override
    public boolean isOneShot() {
        return true;
    }

    /** What the publisher failed with; null: it did not. */
    @Nullable
    Throwable failure() {
        return subscriber.failure;
    }

    /** Ends the subscription, and the wait of the thread that writes. */
    void stop() {
        subscriber.close();
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        if (begun.getAndSet(true)) {
            throw new IOException(
                    "the body of this request was sent once, and its publisher is not subscribed to again");
        }
        subscriber.writer = Thread.currentThread();
        try {
            publisher.subscribe(subscriber);
            DataBuffer buffer = subscriber.next(sink);
            while (buffer != null) {
                write(buffer, sink);
                subscriber.request(1);
                buffer = subscriber.next(sink);
            }
        } catch (RuntimeException e) { // of a publisher that breaks the rules
            subscriber.failure = e;
            throw new IOException("the request body failed: " + e, e);
        } finally {
            subscriber.close();
        }
    }

    /** @throws IOException if the call was cancelled, by its timeout for example, or its connection is closed */
    private void checkGoesOn(BufferedSink sink) throws IOException {
        sink.flush(); // fails on a stream of HTTP/2 that has ended
        Call sender = call;
        if (sender != null && sender.isCanceled()) {
            throw new IOException("Canceled");
        }
        Connection used = connection;
        if (used != null) {
            used.socket().getSoTimeout(); // fails if it is closed; isClosed() is false on TLS over a closed socket
        }
    }

    private static void write(DataBuffer buffer, BufferedSink sink) throws IOException {
        try (DataBuffer.ByteBufferIterator parts = buffer.readableByteBuffers()) {
            while (parts.hasNext()) {
                sink.write(parts.next());
            }
        } finally {
            DataBufferUtils.release(buffer);
        }
    }

    /** Without a lock: to wait for one is to block an event loop. */
    private final class BodySubscriber extends BaseSubscriber<DataBuffer> {
        private final Queue<DataBuffer> ready = new ConcurrentLinkedQueue<>();
        volatile @Nullable Thread writer;
        volatile @Nullable Throwable failure;
        private volatile boolean complete;
        private volatile boolean closed;

        @Override
        public Context currentContext() {
            return context;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(1);
        }

        @Override
        protected void hookOnNext(DataBuffer buffer) {
            ready.add(buffer);
            if (closed) {
                releaseAll();
            }
            LockSupport.unpark(writer);
        }

        @Override
        protected void hookOnError(Throwable e) {
            failure = e;
            LockSupport.unpark(writer);
        }

        @Override
        protected void hookOnComplete() {
            complete = true;
            LockSupport.unpark(writer);
        }

        /** Null: the body is complete. What was written before is sent before it waits. */
        @Nullable
        DataBuffer next(BufferedSink sink) throws IOException {
            while (true) {
                boolean last = complete; // read before the buffer that came before it
                Throwable failed = failure;
                DataBuffer buffer = closed ? null : ready.poll();
                if (buffer != null) {
                    return buffer;
                }
                if (closed) {
                    throw new IOException("Canceled");
                }
                if (failed != null) {
                    throw failed instanceof IOException e
                            ? e
                            : new IOException("the request body failed: " + failed, failed);
                }
                if (last) {
                    return null;
                }
                checkGoesOn(sink);
                LockSupport.parkNanos(this, LOOK_NANOS);
                if (Thread.interrupted()) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while waiting for the request body");
                }
            }
        }

        void close() {
            closed = true;
            cancel();
            releaseAll();
            LockSupport.unpark(writer);
        }

        private void releaseAll() {
            for (DataBuffer buffer = ready.poll(); buffer != null; buffer = ready.poll()) {
                DataBufferUtils.release(buffer);
            }
        }
    }
}
