import fc from 'fast-check';

// That a mutant is found is enough: the smallest example that finds it costs most of the time.
fc.configureGlobal({ endOnFailure: true });
