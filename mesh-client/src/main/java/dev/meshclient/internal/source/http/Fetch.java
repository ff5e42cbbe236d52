package dev.meshclient.internal.source.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One GET of the document, on connections of its own. */
final class Fetch {
    private static final String ACCEPT = "application/vnd.meshclient.v1+json, application/json;q=0.9";
    private static final Duration READ_MARGIN = Duration.ofSeconds(10);
    private static final Duration CALL_MARGIN = Duration.ofSeconds(60);

    private final HttpSettings settings;
    private final HttpUrl url;
    private final InstantSource wall;
    private final ConnectionPool connections = new ConnectionPool(1, 5, TimeUnit.MINUTES);
    private @Nullable OkHttpClient client;
    private volatile @Nullable Running running;
    private volatile boolean cancelled;
    private volatile boolean abandoned;

    private record Running(Call call, boolean held) {}

    /**
     * The answer of the registry.
     *
     * @param body the document; null: the document of the sent ETag is current
     * @param maxAge zero = not stated
     */
    @SuppressWarnings("ArrayRecordComponent") // passed on once, never compared
    record Answer(byte @Nullable [] body, @Nullable String etag, Schedule.Hold hold, Duration maxAge) {}

    Fetch(HttpSettings settings, HttpUrl url, InstantSource wall) {
        this.settings = settings;
        this.url = url;
        this.wall = wall;
    }

    /** As below, with the URI as it was given. */
    Answer get(@Nullable Feedback known, Duration wait) throws IOException {
        return get(url, known, wait);
    }

    /**
     * @param from the URI, perhaps with a longer query
     * @param known the document in hand; a different one is requested
     * @param wait how long the server may hold the request until it has one; zero = not at all
     */
    Answer get(HttpUrl from, @Nullable Feedback known, Duration wait) throws IOException {
        Request.Builder request =
                new Request.Builder().url(from).header("Accept", ACCEPT).header("Accept-Encoding", "gzip");
        Path token = settings.bearerToken();
        if (token != null) {
            request.header("Authorization", "Bearer " + BearerToken.read(token));
        }
        if (known != null) {
            request.header("If-None-Match", known.etag());
            known.addTo(request);
        }
        if (!wait.isZero()) {
            request.header("Prefer", "wait=" + wait.toSeconds());
        }
        Call call = client(wait).newCall(request.build());
        boolean held = !wait.isZero();
        running = new Running(call, held);
        if (cancelled || (held && abandoned)) {
            throw FetchFailed.unanswered(cancelled ? "closed" : "another question came up", null);
        }
        try (Response response = call.execute()) {
            return answer(response, known == null ? null : known.etag(), !wait.isZero());
        } catch (InterruptedIOException e) {
            throw FetchFailed.unanswered(
                    "no answer in time (" + wait.plus(READ_MARGIN).toSeconds() + " s for its first or next byte, "
                            + wait.plus(CALL_MARGIN).toSeconds() + " s for all of it): " + e.getMessage(),
                    e);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) { // while connecting, OkHttp throws an InterruptedException that it does not declare
            Thread.currentThread().interrupt();
            throw FetchFailed.unanswered("interrupted", e);
        } finally {
            running = null;
        }
    }

    /** Created on the thread that uses it: reading the platform's trust store takes long. */
    private OkHttpClient client(Duration wait) {
        OkHttpClient ours = client;
        if (ours == null) {
            OkHttpClient given = settings.client();
            ours = (given == null ? new OkHttpClient() : given)
                    .newBuilder()
                    .connectionPool(connections)
                    .dispatcher(new Dispatcher()) // calls run on this thread: it only counts them
                    .cache(null)
                    .addNetworkInterceptor(new RedirectGuard(url, settings.bearerToken() != null))
                    .build();
            client = ours;
        }
        return ours.newBuilder()
                .readTimeout(wait.plus(READ_MARGIN))
                .callTimeout(wait.plus(CALL_MARGIN))
                .build();
    }

    private Answer answer(Response response, @Nullable String sent, boolean askedToHold) throws IOException {
        Schedule.Hold hold = !askedToHold
                ? Schedule.Hold.NOT_ASKED
                : appliesWait(response) ? Schedule.Hold.APPLIED : Schedule.Hold.UNSAID;
        Duration maxAge = Duration.ofSeconds(Math.max(0, response.cacheControl().maxAgeSeconds()));
        if (response.code() == 304 && sent != null) {
            return new Answer(null, sent, hold, maxAge);
        }
        if (response.code() != 200) {
            String status = ("HTTP " + response.code() + " " + response.message()).strip();
            throw FetchFailed.answered(status + advice(response.code()), retryAfter(response));
        }
        String etag = response.header("ETag");
        String usable =
                etag != null && !etag.isEmpty() && etag.chars().allMatch(c -> c > ' ' && c < 0x7f) ? etag : null;
        return new Answer(DocumentBody.read(response, settings.maxBytes(), usable), usable, hold, maxAge);
    }

    private static boolean appliesWait(Response response) {
        return response.headers("Preference-Applied").stream()
                .flatMap(h -> Arrays.stream(h.split(",", -1)))
                .anyMatch(p -> p.strip().toLowerCase(Locale.ROOT).matches("wait(\\s*=.*)?"));
    }

    private String advice(int code) {
        Path token = settings.bearerToken();
        return switch (code) {
            case 401, 403 ->
                token == null
                        ? " (no bearer token was sent: bearerToken(file), in Spring Boot mesh.registry.bearer-token-file)"
                        : " (a bearer token was sent, read from " + token + ")";
            case 404, 410 ->
                settings.onDemand()
                        ? " (the URI is asked for as it was given, with ?hosts= of onDemand(), in Spring Boot mesh.registry.on-demand)"
                        : " (the URI is asked for as it was given, nothing is appended)";
            case 414, 431 ->
                settings.onDemand()
                        ? " (onDemand(), in Spring Boot mesh.registry.on-demand, names each host that is called in the URI, up to 256)"
                        : "";
            case 301, 302, 303, 307, 308 -> " (a redirect, which the given client does not follow)";
            default -> "";
        };
    }

    /** RFC 9110 10.2.3: seconds, or a date; more digits than nine mean a very long time. Null: not stated, or not usable. */
    private @Nullable Duration retryAfter(Response response) {
        String stated = response.header("Retry-After", "").strip();
        if (stated.matches("\\d+")) {
            return Duration.ofSeconds(stated.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(stated));
        }
        Date date = response.headers().getDate("Retry-After");
        Duration wait = date == null ? Duration.ZERO : Duration.between(wall.instant(), date.toInstant());
        return wait.isNegative() || wait.isZero() ? null : wait;
    }

    void cancel() {
        cancelled = true;
        Running now = running;
        if (now != null) {
            now.call.cancel();
        }
    }

    /** Call it before the content of the next request is determined: from here on {@link #abandon} ends that request. */
    void begin() {
        abandoned = false;
    }

    /** Ends a request that the server may hold, from any thread, because another request is needed. */
    void abandon() {
        abandoned = true;
        Running now = running;
        if (now != null && now.held) {
            now.call.cancel();
        }
    }

    /** Whether a request is running that the server may hold. */
    boolean isHeld() {
        Running now = running;
        return now != null && now.held;
    }

    boolean isAbandoned() {
        return abandoned;
    }

    void release() {
        connections.evictAll();
    }
}
