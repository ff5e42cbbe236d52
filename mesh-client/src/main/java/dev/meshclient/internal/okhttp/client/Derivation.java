package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.okhttp.direct.OkHttpPath;
import java.util.List;
import java.util.function.UnaryOperator;
import okhttp3.Interceptor;

/**
 * The parts of a derivation that all inner clients of a mesh share.
 *
 * @param wire makes their network interceptors from those of the caller
 * @param path how their calls are executed and their connections kept
 */
public record Derivation(UnaryOperator<List<Interceptor>> wire, OkHttpPath path) {}
