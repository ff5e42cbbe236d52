/** A service mesh inside the process, over OkHttp. */
@SuppressWarnings("requires-transitive-automatic") // these have automatic names only
module dev.meshclient {
    requires transitive io.github.resilience4j.circuitbreaker;
    requires transitive io.github.resilience4j.ratelimiter;
    requires transitive io.opentelemetry.api;
    requires transitive micrometer.core;
    requires transitive okhttp3;
    requires transitive org.jspecify;
    requires com.fasterxml.jackson.databind;
    requires io.github.resilience4j.core;
    requires io.opentelemetry.context;
    requires com.nimbusds.jose.jwt;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires java.logging;
    requires org.slf4j;

    exports dev.meshclient;
    exports dev.meshclient.authz;
    exports dev.meshclient.identity;
    exports dev.meshclient.policy;
    exports dev.meshclient.policy.json;
    exports dev.meshclient.registry;
    exports dev.meshclient.simulator;
    exports dev.meshclient.telemetry;
    exports dev.meshclient.test;
    exports dev.meshclient.tls;
}
