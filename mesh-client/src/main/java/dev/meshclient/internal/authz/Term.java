package dev.meshclient.internal.authz;

import dev.meshclient.internal.authz.Authorization.Facts;
import java.util.List;

/** A compiled condition on a request. */
abstract class Term {
    /** Always matches. */
    static final Term ANY = new Term() {
        @Override
        <T> Truth of(Facts<T> facts, T request) {
            return Truth.YES;
        }
    };

    abstract <T> Truth of(Facts<T> facts, T request);

    static Term all(List<Term> terms) {
        return terms.isEmpty() ? ANY : terms.size() == 1 ? terms.get(0) : new Several(Truth.NO, terms);
    }

    static Term any(List<Term> terms) {
        return terms.size() == 1 ? terms.get(0) : new Several(Truth.YES, terms);
    }

    static Term not(Term term) {
        return new Not(term);
    }

    /** Several terms. One that gives {@code decisive} decides; without it, one that is not known leaves the answer open. */
    private static final class Several extends Term {
        private final Truth decisive;
        private final Term[] terms;

        Several(Truth decisive, List<Term> terms) {
            this.decisive = decisive;
            this.terms = terms.toArray(Term[]::new);
        }

        @Override
        <T> Truth of(Facts<T> facts, T request) {
            Truth answer = decisive.not();
            for (Term term : terms) {
                Truth one = term.of(facts, request);
                if (one == decisive) {
                    return one;
                }
                answer = one == Truth.MAYBE ? one : answer;
            }
            return answer;
        }
    }

    private static final class Not extends Term {
        private final Term term;

        Not(Term term) {
            this.term = term;
        }

        @Override
        <T> Truth of(Facts<T> facts, T request) {
            return term.of(facts, request).not();
        }
    }
}
