package dev.meshclient.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.MockResponse;
import okhttp3.Cache;
import okhttp3.CacheControl;
import okhttp3.Call;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Cache and cookies are the caller's, and go by the URL that he called. */
@ParameterizedClass(name = "{0}")
@EnumSource(Edge.class)
class CacheContractTest extends OkHttpContract {
    @TempDir
    File directory;

    private Cache cache;

    @BeforeEach
    void openCache() {
        cache = new Cache(directory, 1 << 20);
    }

    @AfterEach
    void closeCache() throws Exception {
        cache.close();
    }

    private Call.Factory caching() {
        return calls(b -> b.cache(cache));
    }

    private static MockResponse fresh(String body) {
        return new MockResponse.Builder()
                .addHeader("Cache-Control", "max-age=600")
                .body(body)
                .build();
    }

    @Test
    void what_is_fresh_is_not_asked_for_again() throws Exception {
        orders.enqueue(fresh("abc"));
        Call.Factory calls = caching();
        assertThat(read(calls, get("/"))).isEqualTo("abc");
        try (Response response = calls.newCall(get("/")).execute()) {
            assertThat(response.body().string()).isEqualTo("abc");
            assertThat(response.cacheResponse()).isNotNull();
            assertThat(response.networkResponse()).isNull();
        }
        assertThat(orders.getRequestCount()).isEqualTo(1);
        assertThat(cache.requestCount()).isEqualTo(2);
        assertThat(cache.networkCount()).isEqualTo(1);
        assertThat(cache.hitCount()).isEqualTo(1);
        assertThat(cache.urls()).toIterable().containsExactly(url("/").toString());
    }

    @Test
    void what_is_stale_is_asked_for_on_condition() throws Exception {
        orders.enqueue(new MockResponse.Builder()
                .addHeader("ETag", "v1")
                .addHeader("Cache-Control", "max-age=0")
                .body("abc")
                .build());
        orders.enqueue(answer(304).build());
        Call.Factory calls = caching();
        assertThat(read(calls, get("/"))).isEqualTo("abc");
        try (Response response = calls.newCall(get("/")).execute()) {
            assertThat(response.code()).isEqualTo(200);
            assertThat(response.body().string()).isEqualTo("abc");
            assertThat(response.networkResponse().code()).isEqualTo(304);
        }
        orders.takeRequest();
        assertThat(orders.takeRequest().getHeaders().get("If-None-Match")).isEqualTo("v1");
    }

    @Test
    void a_change_forgets_what_was_cached() throws Exception {
        orders.enqueue(fresh("before"));
        orders.enqueue(ok("changed"));
        orders.enqueue(fresh("after"));
        Call.Factory calls = caching();
        assertThat(read(calls, get("/"))).isEqualTo("before");
        assertThat(read(calls, post("/", "change"))).isEqualTo("changed");
        assertThat(read(calls, get("/"))).isEqualTo("after");
    }

    @Test
    void what_may_only_come_from_the_cache_is_not_called_for() throws Exception {
        Request request =
                get("/").newBuilder().cacheControl(CacheControl.FORCE_CACHE).build();
        try (Response response = caching().newCall(request).execute()) {
            assertThat(response.code()).isEqualTo(504);
        }
        assertThat(orders.getRequestCount()).isZero();
    }

    @Test
    void a_cached_redirect_is_followed_without_asking() throws Exception {
        orders.enqueue(answer(301)
                .addHeader("Location", "/b")
                .addHeader("Cache-Control", "max-age=600")
                .build());
        orders.enqueue(fresh("there"));
        Call.Factory calls = caching();
        assertThat(read(calls, get("/a"))).isEqualTo("there");
        assertThat(read(calls, get("/a"))).isEqualTo("there");
        assertThat(orders.getRequestCount()).isEqualTo(2);
    }

    @Test
    void a_cache_hit_needs_no_server() throws Exception {
        orders.enqueue(fresh("abc"));
        Call.Factory calls = caching();
        assertThat(read(calls, get("/"))).isEqualTo("abc");
        orders.close();
        assertThat(read(calls, get("/"))).isEqualTo("abc");
    }

    @Test
    void cookies_are_set_and_sent_by_the_url_that_was_called() throws Exception {
        orders.enqueue(answer(302)
                .addHeader("Set-Cookie", "a=1")
                .addHeader("Location", "/b")
                .build());
        orders.enqueue(answer(200).addHeader("Set-Cookie", "b=2").build());
        Jar jar = new Jar();
        try (Response response = calls(b -> b.cookieJar(jar)).newCall(get("/a")).execute()) {
            assertThat(response.code()).isEqualTo(200);
        }
        assertThat(jar.asked).containsExactly(url("/a"), url("/b"));
        assertThat(jar.cookies).extracting(Cookie::toString).containsExactly("a=1; path=/", "b=2; path=/");
        assertThat(jar.cookies).extracting(Cookie::domain).containsOnly("orders");
        assertThat(orders.takeRequest().getHeaders().get("Cookie")).isNull();
        assertThat(orders.takeRequest().getHeaders().get("Cookie")).isEqualTo("a=1");
    }

    private static final class Jar implements CookieJar {
        final List<Cookie> cookies = new ArrayList<>();
        final List<HttpUrl> asked = new ArrayList<>();

        @Override
        public List<Cookie> loadForRequest(HttpUrl url) {
            asked.add(url);
            return List.copyOf(cookies);
        }

        @Override
        public void saveFromResponse(HttpUrl url, List<Cookie> received) {
            cookies.addAll(received);
        }
    }
}
