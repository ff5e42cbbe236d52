package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.okhttp.direct.OkHttpPath;
import java.util.List;
import java.util.function.UnaryOperator;
import okhttp3.Interceptor;

/**
 * What is the same for all inner clients of a mesh.
 *
 * @param wire makes their network interceptors from those of the caller
 * @param path how their calls are executed and their connections kept
 */
public record Derivation(UnaryOperator<List<Interceptor>> wire, OkHttpPath path) {}
