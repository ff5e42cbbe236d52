package dev.meshclient.spring;

import java.time.Duration;
import okhttp3.OkHttpClient;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Waits for servers and files: the 10 seconds of Awaitility, and of OkHttp, are too few on a machine that is busy. */
public final class LongWait {
    public static final Duration LIMIT = Duration.ofMinutes(2);

    private LongWait() {}

    public static ConditionFactory await() {
        return Awaitility.await().atMost(LIMIT);
    }

    /** A client, without a mesh, of applications whose first answer may take long. */
    public static OkHttpClient.Builder client() {
        return new OkHttpClient.Builder().connectTimeout(LIMIT).readTimeout(LIMIT);
    }
}
