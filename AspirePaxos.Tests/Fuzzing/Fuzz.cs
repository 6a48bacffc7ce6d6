using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Fuzzing;

/// <summary>
/// Runs a check over damaged inputs. The seed decides the input alone, so that each can be run again: PAXOS_FUZZ_SEED sets the first
/// one. PAXOS_FUZZ_MINUTES goes on beyond the fixed number of cases for so long.
/// </summary>
internal static class Fuzz
{
    private static readonly ulong firstSeed = ulong.Parse(Environment.GetEnvironmentVariable("PAXOS_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);

    private static readonly TimeSpan time = TimeSpan.FromMinutes(
        double.Parse(Environment.GetEnvironmentVariable("PAXOS_FUZZ_MINUTES") ?? "0", CultureInfo.InvariantCulture));

    /// <param name="check">Throws where the input was not taken as it should be; returns whether it was taken as valid.</param>
    public static Task<FuzzCount> RunAsync(int cases, Func<Prng, byte[]> draw, Func<byte[], bool> check, [CallerMemberName] string test = "") =>
        RunAsync(cases, draw, input => input, input => Task.FromResult(check(input)), test);

    /// <param name="bytes">As they are printed where the check fails.</param>
    public static async Task<FuzzCount> RunAsync<T>(
        int cases, Func<Prng, T> draw, Func<T, byte[]> bytes, Func<T, Task<bool>> check, [CallerMemberName] string test = "")
    {
        var (taken, refused) = (0, 0);
        var watch = Stopwatch.StartNew();
        for (var seed = firstSeed; seed < firstSeed + (ulong)cases || watch.Elapsed < time; seed++)
        {
            var input = draw(new Prng(seed));
            try
            {
                if (await check(input)) taken++;
                else refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"Seed {seed} fails: {e.GetType().Name}: {e.Message}\nThe input in base64: {Convert.ToBase64String(bytes(input))}\n"
                    + $"Again: PAXOS_FUZZ_SEED={seed} dotnet run --project AspirePaxos.Tests -- -method '*.{test}'",
                    e);
            }
        }

        return new FuzzCount(taken, refused);
    }
}

/// <summary>How many inputs were taken as valid, and how many were not.</summary>
internal readonly record struct FuzzCount(int Taken, int Refused)
{
    /// <summary>Damage that is always noticed, or never, tests half of a decoder.</summary>
    public void IsMixed(int ofEach) => Assert.True(Taken >= ofEach && Refused >= ofEach, $"{Taken} taken, {Refused} refused");
}
