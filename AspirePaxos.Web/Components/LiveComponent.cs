using AspirePaxos.Web.Observation;
using Microsoft.AspNetCore.Components;

namespace AspirePaxos.Web.Components;

/// <summary>Is drawn again with each look at the cluster, for as long as it is on a page.</summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    private IDisposable? watching;

    [Inject]
    internal ClusterWatch Watch { get; set; } = null!;

    internal ClusterSnapshot Now { get; private set; } = ClusterSnapshot.Nothing;

    protected override void OnInitialized()
    {
        Now = Watch.Now;
        watching = Watch.Subscribe(() => _ = InvokeAsync(() =>
        {
            Now = Watch.Now;
            OnLook();
            StateHasChanged();
        }));
    }

    /// <summary>Before it is drawn again.</summary>
    protected virtual void OnLook()
    {
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => watching?.Dispose();
}
