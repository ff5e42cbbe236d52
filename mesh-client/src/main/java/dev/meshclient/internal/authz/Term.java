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
        return terms.isEmpty() ? ANY : terms.size() == 1 ? terms.get(0) : new All(terms.toArray(Term[]::new));
    }

    static Term any(List<Term> terms) {
        return terms.size() == 1 ? terms.get(0) : new Any(terms.toArray(Term[]::new));
    }

    static Term not(Term term) {
        return new Not(term);
    }

    private static final class All extends Term {
        private final Term[] terms;

        All(Term[] terms) {
            this.terms = terms;
        }

        @Override
        <T> Truth of(Facts<T> facts, T request) {
            Truth all = Truth.YES;
            for (Term term : terms) {
                Truth one = term.of(facts, request);
                if (one == Truth.NO) {
                    return one;
                }
                all = one == Truth.MAYBE ? one : all;
            }
            return all;
        }
    }

    private static final class Any extends Term {
        private final Term[] terms;

        Any(Term[] terms) {
            this.terms = terms;
        }

        @Override
        <T> Truth of(Facts<T> facts, T request) {
            Truth any = Truth.NO;
            for (Term term : terms) {
                Truth one = term.of(facts, request);
                if (one == Truth.YES) {
                    return one;
                }
                any = one == Truth.MAYBE ? one : any;
            }
            return any;
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
