using AspirePaxos.Web;

await ConsoleApplication.Build(WebApplication.CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"])).RunAsync();
