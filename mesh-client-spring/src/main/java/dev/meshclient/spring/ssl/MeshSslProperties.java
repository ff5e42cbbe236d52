package dev.meshclient.spring.ssl;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The identity of this workload as an SSL bundle.
 *
 * @param publishAs Name of the SSL bundle that has the identity, for server.ssl.bundle. Empty: there is no such bundle.
 */
@ConfigurationProperties("mesh.identity")
record MeshSslProperties(@DefaultValue("mesh") String publishAs) {}
