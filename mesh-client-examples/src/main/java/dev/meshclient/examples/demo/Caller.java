package dev.meshclient.examples.demo;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Request;
import okhttp3.Response;

/** An application in a zone that calls service-a. */
final class Caller implements Closeable {
    private static final Request REQUEST =
            new Request.Builder().url("http://service-a/").build();

    private final String zone;
    private final Member member;
    private final Seen seen;
    private final AtomicInteger sent = new AtomicInteger();

    Caller(String zone, Member member, Seen seen) {
        this.zone = zone;
        this.member = member;
        this.seen = seen;
    }

    String zone() {
        return zone;
    }

    Member member() {
        return member;
    }

    /** Calls made in this round. */
    int sent() {
        return sent.get();
    }

    void beginRound() {
        sent.set(0);
        member.beginRound();
    }

    /** Fails unless the answer is the whole way of a call. */
    Hop.Way call() throws IOException {
        sent.incrementAndGet();
        try (Response response = member.http().newCall(REQUEST).execute()) {
            String text = response.body().string();
            if (response.code() != 200) {
                throw new IOException("status " + response.code() + ": " + text);
            }
            seen.server(response);
            return Hop.Way.parse(text);
        }
    }

    @Override
    public void close() {
        member.close();
    }
}
