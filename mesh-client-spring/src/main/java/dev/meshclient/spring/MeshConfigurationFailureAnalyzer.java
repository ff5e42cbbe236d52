package dev.meshclient.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints the problem and the action in place of a stack trace. */
final class MeshConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<MeshConfigurationException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, MeshConfigurationException cause) {
        return new FailureAnalysis(cause.description(), cause.action(), cause);
    }
}
